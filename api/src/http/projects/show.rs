//! `GET /v1/projects/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::ProjectId;
use uuid::Uuid;

use super::{ShownProject, view};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::UserCaller, project},
};

/// One project
///
/// External users are shown it in outline, where it is about them or their company and not hidden from clients, or has a task
/// that they hold a role in (EXT-1).
#[utoipa::path(
    operation_id = "show_project", tag = "projects", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The project"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The project", body = ShownProject),
        (status = 304, description = "The caller has it"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/projects/{id}")]
pub(super) async fn show_project(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (project, version) = query(&app, async |tx| {
        let project = project::get(tx, &caller, ProjectId::new(*id)).await?;
        if caller.is_external() {
            let version = project.version;
            return Ok((ShownProject::Outline(project.into()), version));
        }
        let (project, version) = view(tx, &app, &caller, project).await?;
        Ok((ShownProject::Whole(Box::new(project)), version))
    })
    .await?;
    Ok(Answer::ok(&project)?.with_version(version).respond(&request))
}
