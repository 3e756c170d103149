//! `GET /v1/projects`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use liaison_domain::{id::PersonId, project::ProjectStatus};
use liaison_persistence::project::Filter;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{ShownProject, Surroundings};
use crate::{
    app::App,
    http::{
        answer::Answer,
        fields::Fields,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::UserCaller, project},
};

/// Which projects.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListProjects {
    /// Part of the name, any case.
    q: Option<String>,
    /// `true`: archived ones; `false`: active ones.
    is_archived: Option<String>,
    /// The contact whom the work is about.
    counterparty: Option<String>,
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List projects
///
/// Newest first. External users are shown in outline those that are about them or their company and not hidden from clients,
/// and those of the tasks that they hold a role in (EXT-1).
#[utoipa::path(
    operation_id = "list_projects", tag = "projects", security(("bearer" = [])),
    params(ListProjects),
    responses(
        (status = 200, description = "A page", body = PageView<ShownProject>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/projects")]
pub(super) async fn list_projects(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
    parameters: Query<ListProjects>,
) -> Result<HttpResponse, Problem> {
    let ListProjects { q, is_archived, counterparty, limit, cursor } = parameters.0;
    let page = page::request(limit.as_deref(), cursor.as_deref())?;
    let mut fields = Fields::default();
    let is_archived = is_archived.and_then(|it| fields.read("?is_archived", it.parse::<bool>()));
    let filter = Filter {
        q: fields.search("?q", q),
        status: is_archived.map(|it| if it { ProjectStatus::Archived } else { ProjectStatus::Active }),
        counterparty: counterparty
            .and_then(|it| fields.read("?counterparty", it.parse::<Uuid>()))
            .map(PersonId::new),
    };
    fields.finish()?;
    let page = query(&app, async |tx| {
        let projects = project::list(tx, &caller, &filter, page).await?;
        if caller.is_external() {
            return Ok(PageView::of(projects, |it| ShownProject::Outline(it.into())));
        }
        let mut surroundings = Surroundings::load(tx, caller.account, &projects.items).await?;
        Ok(PageView::of(projects, |it| ShownProject::Whole(Box::new(surroundings.view(&app, it)))))
    })
    .await?;
    Ok(Answer::ok(&page)?.respond(&request))
}
