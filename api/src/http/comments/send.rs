//! `POST /v1/comments/{id}:send`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::id::CommentId;
use uuid::Uuid;

use super::{CommentView, one};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::{Command, Empty},
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, comment, held_comment},
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
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let (current, _) = comment::get(tx, &caller, id).await?;
        held_comment::send(tx, &app, &caller, &current).await?;
        let (sent, _) = comment::get(tx, &caller, id).await?;
        let version = sent.version;
        Ok(Answer::ok(&one(tx, caller.account, sent).await?)?.with_version(version))
    })
    .await
}
