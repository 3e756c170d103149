//! `GET /v1/portal/tasks`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::PortalTaskView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::PortalCaller, portal::reading},
};

/// Which tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListPortalTasks {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List a contact's tasks
///
/// Newest first; those that were sent to him, or in which something was addressed to him.
#[utoipa::path(
    operation_id = "list_portal_tasks", tag = "portal", security(("bearer" = [])),
    params(ListPortalTasks),
    responses(
        (status = 200, description = "A page", body = PageView<PortalTaskView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/portal/tasks")]
pub(super) async fn list_portal_tasks(
    request: HttpRequest,
    app: Data<App>,
    caller: PortalCaller,
    parameters: Query<ListPortalTasks>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let page = query(&app, async |tx| reading::list_tasks(tx, &caller, page).await).await?;
    Ok(Answer::ok(&PageView::of(page, PortalTaskView::from))?.respond(&request))
}
