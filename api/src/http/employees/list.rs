//! `GET /v1/employees`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use liaison_persistence::employee;
use serde::Deserialize;
use utoipa::IntoParams;

use super::EmployeeView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{account, caller::StaffCaller},
};

/// Which employees.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListEmployees {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List employees
///
/// Newest first.
#[utoipa::path(
    operation_id = "list_employees", tag = "employees", security(("bearer" = [])),
    params(ListEmployees),
    responses(
        (status = 200, description = "A page", body = PageView<EmployeeView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/employees")]
pub(super) async fn list_employees(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListEmployees>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let (account, employees) = query(&app, async |tx| {
        Ok((account::get(tx, caller.account).await?, employee::list(tx, caller.account, page).await?))
    })
    .await?;
    let view = PageView::of(employees, |it| EmployeeView::of(&app, &account.name, &it));
    Ok(Answer::ok(&view)?.respond(&request))
}
