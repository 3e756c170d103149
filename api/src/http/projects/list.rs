//! `GET /v1/projects`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ProjectView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{account, caller::StaffCaller, project},
};

/// Which projects.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListProjects {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List projects
///
/// Newest first.
#[utoipa::path(
    operation_id = "list_projects", tag = "projects", security(("bearer" = [])),
    params(ListProjects),
    responses(
        (status = 200, description = "A page", body = PageView<ProjectView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/projects")]
pub(super) async fn list_projects(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListProjects>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let (account, projects) = query(&app, async |tx| {
        Ok((account::get(tx, caller.account).await?, project::list(tx, &caller, page).await?))
    })
    .await?;
    let view = PageView::of(projects, |it| ProjectView::of(&app, &account, it));
    Ok(Answer::ok(&view)?.respond(&request))
}
