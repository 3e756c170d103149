//! `POST /v1/comments/{id}:copy`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{
    comment::MAX_AUDIENCE,
    id::{CommentId, PersonId, TaskId},
    refusal::Refusal,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CommentView, one};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        comment,
        comment_copy::{self, Copy},
    },
};

/// Where the comment is written once more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CopyComment {
    /// A task that the caller may see.
    task_id: Uuid,
    /// Whom the copy is addressed to, at most 200 people; absent: nobody.
    #[serde(default)]
    notify: Vec<Uuid>,
}

/// Copy a comment
///
/// The same words and files, as a comment of the caller's: whom the comment was addressed to is not told of the copy, and it is hidden
/// from nobody in the other task.
#[utoipa::path(
    operation_id = "copy_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment"), crate::http::openapi::IdempotencyKeyParam),
    request_body = CopyComment,
    responses(
        (status = 201, description = "Written", body = CommentView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `contact_not_selectable`, `not_sent`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/comments/{id}:copy")]
pub(super) async fn copy_comment(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<CopyComment>,
) -> Result<HttpResponse, Problem> {
    let copy = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let (source, _) = comment::get(tx, &caller, CommentId::new(*id)).await?;
        let written = comment_copy::copy(tx, &app, &caller, &source, copy).await?;
        let (id, version) = (written.id, written.version);
        let view = one(tx, caller.account, written).await?;
        Ok(Answer::created(&view, format!("/v1/comments/{id}"))?.with_version(version))
    })
    .await
}

impl CopyComment {
    fn read(self) -> Result<Copy, Refusal> {
        let mut fields = Fields::default();
        fields.at_most("/notify", self.notify.len(), MAX_AUDIENCE);
        fields.finish()?;
        let notify = self.notify.into_iter().map(PersonId::new).collect();
        Ok(Copy { task: TaskId::new(self.task_id), notify })
    }
}
