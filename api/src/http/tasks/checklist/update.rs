//! `PATCH /v1/tasks/{id}/checklist/{item}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{
    id::{ChecklistItemId, TaskId},
    refusal::Refusal,
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
        patch::{Change, Patch},
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        access::enter_to_change,
        caller::StaffCaller,
        checklist::{self, ItemChange},
    },
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateChecklistItem {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    text: Change<String>,
    #[serde(default)]
    #[schema(value_type = bool)]
    is_done: Change<bool>,
    /// The step that it is put before; null puts it last.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    before: Patch<Uuid>,
}

/// Change a step of a task
///
/// Its text, whether it is done, its place. For those who may change the task's status. `If-Match` takes the task's version.
#[utoipa::path(
    operation_id = "update_checklist_item", tag = "tasks", security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The task"),
        ("item" = Uuid, Path, description = "The step"),
        crate::http::openapi::IfMatchParam,
    ),
    request_body = UpdateChecklistItem,
    responses(
        (status = 200, description = "Changed", body = ChecklistItemView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/tasks/{id}/checklist/{item}")]
pub(super) async fn update_checklist_item(
    app: Data<App>,
    caller: StaffCaller,
    path: Path<(Uuid, Uuid)>,
    if_match: IfMatch,
    command: Command<UpdateChecklistItem>,
) -> Result<HttpResponse, Problem> {
    let ((id, item), change) = (path.into_inner(), command.body.read()?);
    mutate(&app, scope_of(&caller), None, async |tx| {
        let entered = enter_to_change(tx, &caller, TaskId::new(id)).await?;
        if_match.check(entered.task.version)?;
        let item = checklist::update(tx, &app, &caller, &entered, ChecklistItemId::new(item), change).await?;
        Answer::ok(&ChecklistItemView::from(item))
    })
    .await
}

impl UpdateChecklistItem {
    fn read(self) -> Result<ItemChange, Refusal> {
        let mut fields = Fields::default();
        let change = ItemChange {
            text: fields.change("/text", self.text, |it| Title::parse(&it)),
            is_done: self.is_done.0,
            before: self.before.into_change().map(|it| it.map(ChecklistItemId::new)),
        };
        fields.finish()?;
        Ok(change)
    }
}
