//! `GET /v1/employees/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::PersonId;
use uuid::Uuid;

use super::EmployeeView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{account, caller::StaffCaller, employee},
};

/// One employee
#[utoipa::path(
    operation_id = "show_employee", tag = "employees", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The employee"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The employee", body = EmployeeView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/employees/{id}")]
pub(super) async fn show_employee(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = PersonId::new(*id);
    let (account, employee) = query(&app, async |tx| {
        Ok((account::get(tx, caller.account).await?, employee::get(tx, &caller, id).await?))
    })
    .await?;
    let view = EmployeeView::of(&app, &account.name, &employee);
    Ok(Answer::ok(&view)?.with_version(employee.version).respond(&request))
}
