//! `GET /v1/account`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};

use super::AccountView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{account, caller::StaffCaller},
};

/// Own account
#[utoipa::path(
    operation_id = "show_account", tag = "accounts", security(("bearer" = [])),
    params(crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The account", body = AccountView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/account")]
pub(super) async fn show_account(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let account = query(&app, async |tx| account::get(tx, caller.account).await).await?;
    Ok(Answer::ok(&AccountView::of(&app, &account))?.with_version(account.version).respond(&request))
}
