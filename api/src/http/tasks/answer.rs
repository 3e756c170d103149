//! `POST /v1/tasks/{id}:accept`, `:reject`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{id::TaskId, refusal::Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TaskView, input::words, view};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::{Command, Empty},
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{access::enter_to_change, caller::StaffCaller, rich_text::RichText, task},
};

/// Accept a task
///
/// For its assignees, while it is new: it is in progress then.
#[utoipa::path(
    operation_id = "accept_task", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 200, description = "Accepted", body = TaskView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `task_not_new`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/tasks/{id}:accept")]
pub(super) async fn accept_task(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = TaskId::new(*id);
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let entered = enter_to_change(tx, &caller, id).await?;
        task::accept(tx, &app, &caller, entered).await?;
        let (task, version) = view(tx, &app, &caller, id).await?;
        Ok(Answer::ok(&task)?.with_version(version))
    })
    .await
}

/// Why a task is rejected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RejectTask {
    /// At most 64 KiB.
    #[schema(example = "The gate is not ours.")]
    reason: String,
}

/// Reject a task
///
/// For its assignees, while it is new. The reason becomes a comment of the caller that is addressed to the assigner.
#[utoipa::path(
    operation_id = "reject_task", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), crate::http::openapi::IdempotencyKeyParam),
    request_body = RejectTask,
    responses(
        (status = 200, description = "Rejected", body = TaskView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `task_not_new`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/tasks/{id}:reject")]
pub(super) async fn reject_task(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<RejectTask>,
) -> Result<HttpResponse, Problem> {
    let (id, reason) = (TaskId::new(*id), command.body.read()?);
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let entered = enter_to_change(tx, &caller, id).await?;
        task::reject(tx, &app, &caller, entered, reason).await?;
        let (task, version) = view(tx, &app, &caller, id).await?;
        Ok(Answer::ok(&task)?.with_version(version))
    })
    .await
}

impl RejectTask {
    fn read(self) -> Result<RichText, Refusal> {
        let mut fields = Fields::default();
        let reason = words(&mut fields, "/reason", self.reason);
        fields.finish()?;
        Ok(reason)
    }
}
