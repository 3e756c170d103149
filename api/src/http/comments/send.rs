//! `POST /v1/comments/{id}:send`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::id::CommentId;
use uuid::Uuid;

use super::{CommentView, act};
use crate::{
    app::App,
    http::{
        command::{Command, Empty},
        problem::{Problem, ProblemView},
    },
    service::{caller::StaffCaller, held_comment},
};

/// Send a held comment now
///
/// For its author: it leaves as if its time had come (COM-8).
#[utoipa::path(
    operation_id = "send_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 200, description = "The comment", body = CommentView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `already_sent`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/comments/{id}:send")]
pub(super) async fn send_comment(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = CommentId::new(*id);
    act(&app, &caller, id, command, async |tx, current| held_comment::send(tx, &app, &caller, current).await)
        .await
}
