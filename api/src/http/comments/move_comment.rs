//! `POST /v1/comments/{id}:move`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{
    id::{CommentId, TaskId},
    refusal::Refusal,
    text::Title,
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
        relocation::{self, Target},
    },
};

/// Where the comment goes: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveComment {
    /// A task that the caller may see.
    task_id: Option<Uuid>,
    new_task: Option<NewTask>,
}

/// A task made for the comment; the caller is its assigner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MoveCommentNewTask)]
struct NewTask {
    /// 1–250 characters.
    #[schema(max_length = 250)]
    title: String,
}

/// Move a comment
///
/// To another task, or to one made for it: with its files, Message-IDs and reply addresses, so that later answers follow.
/// Its contacts take part there from now on. For assigner, assignees, auditors and administrators.
#[utoipa::path(
    operation_id = "move_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment"), crate::http::openapi::IdempotencyKeyParam),
    request_body = MoveComment,
    responses(
        (status = 200, description = "Moved", body = CommentView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/comments/{id}:move")]
pub(super) async fn move_comment(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<MoveComment>,
) -> Result<HttpResponse, Problem> {
    let target = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let (current, source) = comment::get(tx, &caller, CommentId::new(*id)).await?;
        let moved = relocation::move_comment(tx, &app, &caller, &current, &source, target).await?;
        let version = moved.version;
        Ok(Answer::ok(&one(tx, caller.account, moved).await?)?.with_version(version))
    })
    .await
}

impl MoveComment {
    fn read(self) -> Result<Target, Refusal> {
        let mut fields = Fields::default();
        let title = self.new_task.and_then(|it| fields.read("/new_task/title", Title::parse(&it.title)));
        fields.finish()?;
        Ok(Target { task: self.task_id.map(TaskId::new), new_task: title })
    }
}
