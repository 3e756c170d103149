//! `DELETE /v1/tasks/{id}/checklist/{item}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::{ChecklistItemId, TaskId};
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{access::enter_to_change, caller::StaffCaller, checklist},
};

/// Delete a step of a task
///
/// For those who may change the task's status. `If-Match` takes the task's version.
#[utoipa::path(
    operation_id = "delete_checklist_item", tag = "tasks", security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The task"),
        ("item" = Uuid, Path, description = "The step"),
        crate::http::openapi::IfMatchParam,
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/tasks/{id}/checklist/{item}")]
pub(super) async fn delete_checklist_item(
    app: Data<App>,
    caller: StaffCaller,
    path: Path<(Uuid, Uuid)>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    let (id, item) = path.into_inner();
    no_content(&app, &caller, async |tx| {
        let entered = enter_to_change(tx, &caller, TaskId::new(id)).await?;
        if_match.check(entered.task.version)?;
        checklist::delete(tx, &app, &caller, &entered, ChecklistItemId::new(item)).await
    })
    .await
}
