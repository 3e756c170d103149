//! `GET /v1/projects/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::ProjectId;
use uuid::Uuid;

use super::{ProjectView, view};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, project},
};

/// One project
#[utoipa::path(
    operation_id = "show_project", tag = "projects", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The project"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The project", body = ProjectView),
        (status = 304, description = "The caller has it"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/projects/{id}")]
pub(super) async fn show_project(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (project, version) = query(&app, async |tx| {
        let project = project::get(tx, &caller, ProjectId::new(*id)).await?;
        view(tx, &app, &caller, project).await
    })
    .await?;
    Ok(Answer::ok(&project)?.with_version(version).respond(&request))
}
