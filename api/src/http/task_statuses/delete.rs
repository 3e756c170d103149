//! `DELETE /v1/task-statuses/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::TaskStatusId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, task_status},
};

/// Delete a status of tasks
///
/// For administrators; one that no task has.
#[utoipa::path(
    operation_id = "delete_task_status", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The status"), crate::http::openapi::IfMatchParam),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `status_in_use`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/task-statuses/{id}")]
pub(super) async fn delete_task_status(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        let current = task_status::get_to_change(tx, &caller, TaskStatusId::new(*id)).await?;
        if_match.check(current.version)?;
        task_status::delete(tx, &app.env, &caller, &current).await
    })
    .await
}
