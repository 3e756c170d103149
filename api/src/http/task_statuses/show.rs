//! `GET /v1/task-statuses/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::TaskStatusId;
use uuid::Uuid;

use super::CustomStatusView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, task_status},
};

/// One of the account's own statuses of tasks
#[utoipa::path(
    operation_id = "show_task_status", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The status"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The status", body = CustomStatusView),
        (status = 304, description = "The caller has it"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/task-statuses/{id}")]
pub(super) async fn show_task_status(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = TaskStatusId::new(*id);
    let status = query(&app, async |tx| task_status::get(tx, &caller, id).await).await?;
    Ok(Answer::ok(&CustomStatusView::from(&status))?.with_version(status.version).respond(&request))
}
