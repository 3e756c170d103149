//! `GET /v1/task-templates`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Surroundings, TaskTemplateView};
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::StaffCaller, task_template},
};

/// Which templates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListTaskTemplates {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List templates of tasks
///
/// Newest first.
#[utoipa::path(
    operation_id = "list_task_templates", tag = "tasks", security(("bearer" = [])),
    params(ListTaskTemplates),
    responses(
        (status = 200, description = "A page", body = PageView<TaskTemplateView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/task-templates")]
pub(super) async fn list_task_templates(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListTaskTemplates>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let (templates, mut surroundings) = query(&app, async |tx| {
        let templates = task_template::list(tx, &caller, page).await?;
        let surroundings = Surroundings::load(tx, caller.account, &templates.items).await?;
        Ok((templates, surroundings))
    })
    .await?;
    Ok(Answer::ok(&PageView::of(templates, |it| surroundings.view(it)))?.respond(&request))
}
