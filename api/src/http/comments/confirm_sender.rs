//! `POST /v1/comments/{id}:confirm-sender`

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
    service::{caller::StaffCaller, confirm_sender},
};

/// Confirm a comment's sender
///
/// The comment came by mail from somebody unknown, or the domain of its From says that the mail is not its own, so it is
/// kept from contacts. Confirmed, it is shown to those that it is addressed to, and leaves to them by mail; so do the
/// other comments of a sender who was unknown. A sender who is confirmed already stays so.
#[utoipa::path(
    operation_id = "confirm_comment_sender", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 200, description = "The comment", body = CommentView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/comments/{id}:confirm-sender")]
pub(super) async fn confirm_comment_sender(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = CommentId::new(*id);
    act(&app, &caller, id, command, async |tx, current| {
        confirm_sender::confirm_sender(tx, &app, &caller, current).await
    })
    .await
}
