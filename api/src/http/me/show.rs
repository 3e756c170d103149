//! `GET /v1/me`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    http::{
        accounts::AccountView,
        answer::Answer,
        employees::EmployeeView,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{account, caller::StaffCaller, employee},
};

/// The caller and his account.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    employee: EmployeeView,
    account: AccountView,
}

/// Who am I
#[utoipa::path(
    operation_id = "show_me", tag = "me", security(("bearer" = [])),
    responses(
        (status = 200, description = "The caller and his account", body = Me),
        (status = "4XX", description = "Refused: `unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/me")]
pub(super) async fn show_me(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let (account, employee) = query(&app, async |tx| {
        Ok((account::get(tx, caller.account).await?, employee::get(tx, &caller, caller.employee).await?))
    })
    .await?;
    let view = Me {
        employee: EmployeeView::of(&app, &account.name, &employee),
        account: AccountView::of(&app, &account),
    };
    Ok(Answer::ok(&view)?.respond(&request))
}
