//! `GET /v1/task-templates/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::TaskTemplateId;
use uuid::Uuid;

use super::{TaskTemplateView, view};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, task_template},
};

/// One template of tasks
#[utoipa::path(
    operation_id = "show_task_template", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The template"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The template", body = TaskTemplateView),
        (status = 304, description = "The caller has it"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/task-templates/{id}")]
pub(super) async fn show_task_template(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (template, version) = query(&app, async |tx| {
        let template = task_template::get(tx, &caller, TaskTemplateId::new(*id)).await?;
        view(tx, &caller, template).await
    })
    .await?;
    Ok(Answer::ok(&template)?.with_version(version).respond(&request))
}
