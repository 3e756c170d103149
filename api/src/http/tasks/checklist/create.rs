//! `POST /v1/tasks/{id}/checklist`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{
    id::{ChecklistItemId, TaskId},
    text::Title,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ChecklistItemView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{access::enter_to_change, caller::StaffCaller, checklist},
};

/// A new step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateChecklistItem {
    /// 1–250 characters.
    #[schema(example = "Ring the customer", max_length = 250)]
    text: String,
    /// The step that it comes before; absent: it comes last.
    before: Option<Uuid>,
}

/// Add a step to a task
///
/// At most 150 (LIM-1). For those who may change the task's status.
#[utoipa::path(
    operation_id = "create_checklist_item", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateChecklistItem,
    responses(
        (status = 201, description = "Added", body = ChecklistItemView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `checklist_full`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/tasks/{id}/checklist")]
pub(super) async fn create_checklist_item(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<CreateChecklistItem>,
) -> Result<HttpResponse, Problem> {
    let CreateChecklistItem { text, before } = command.body;
    let mut fields = Fields::default();
    let Some(text) = fields.read("/text", Title::parse(&text)) else { return Err(fields.refusal().into()) };
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let entered = enter_to_change(tx, &caller, TaskId::new(*id)).await?;
        let before = before.map(ChecklistItemId::new);
        let item = checklist::add(tx, &app, &caller, &entered, text, before).await?;
        Answer::created(&ChecklistItemView::from(item), None)
    })
    .await
}
