//! `POST /v1/tasks/{id}/participants`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{
    id::{PersonId, TaskId},
    refusal::Refusal,
    task::TaskRole,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TaskView, view};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{access::enter_to_change, caller::StaffCaller, task},
};

/// Who joins in which role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddParticipant {
    person_id: Uuid,
    /// `assignee`, `participant` (default), `auditor`
    role: Option<String>,
}

/// Put a person in a role
///
/// Who holds it already stays. A contact who becomes assignee gets the task by mail (CLI-7).
#[utoipa::path(
    operation_id = "add_participant", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), crate::http::openapi::IdempotencyKeyParam),
    request_body = AddParticipant,
    responses(
        (status = 200, description = "The task with its people", body = TaskView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `contact_not_selectable`, `assigner_required`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/tasks/{id}/participants")]
pub(super) async fn add_participant(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<AddParticipant>,
) -> Result<HttpResponse, Problem> {
    let id = TaskId::new(*id);
    let person = PersonId::new(command.body.person_id);
    let role = role(command.body.role.as_deref(), "/role")?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let entered = enter_to_change(tx, &caller, id).await?;
        task::add_member(tx, &app, &caller, &entered, role, person).await?;
        let (task, version) = view(tx, &app, &caller, id).await?;
        Ok(Answer::ok(&task)?.with_version(version))
    })
    .await
}

/// Reads the role; participant where none is named.
pub(super) fn role(name: Option<&str>, pointer: &str) -> Result<TaskRole, Refusal> {
    let mut fields = Fields::default();
    let role = name.map_or(Some(TaskRole::Participant), |it| fields.read(pointer, it.parse()));
    role.ok_or_else(|| fields.refusal())
}
