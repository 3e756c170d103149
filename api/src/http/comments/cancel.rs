//! `POST /v1/comments/{id}:cancel`

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

/// Take a held comment back
///
/// For its author and administrators. Nobody was told of it and nothing has left: it is gone as if it had never been
/// written. The answer is the comment as it was, so that its author can go on writing. One that has left is refused.
#[utoipa::path(
    operation_id = "cancel_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 200, description = "The comment", body = CommentView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `already_sent`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/comments/{id}:cancel")]
pub(super) async fn cancel_comment(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = CommentId::new(*id);
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let (current, _) = comment::get(tx, &caller, id).await?;
        let view = one(tx, caller.account, current.clone()).await?;
        held_comment::cancel(tx, &app, &caller, &current).await?;
        Answer::ok(&view)
    })
    .await
}
