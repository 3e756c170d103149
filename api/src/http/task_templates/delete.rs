//! `DELETE /v1/task-templates/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::TaskTemplateId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, task_template},
};

/// Delete a template of tasks
///
/// For administrators and the auditors of its project. Tasks that were made by it stay.
#[utoipa::path(
    operation_id = "delete_task_template", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The template"), crate::http::openapi::IfMatchParam),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/task-templates/{id}")]
pub(super) async fn delete_task_template(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        let current = task_template::get_to_change(tx, &caller, TaskTemplateId::new(*id)).await?;
        if_match.check(current.version)?;
        task_template::delete(tx, &app.env, &caller, current.id).await
    })
    .await
}
