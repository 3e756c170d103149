//! `GET /v1/contacts/exports`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ExportView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::StaffCaller, contact::export},
};

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListContactExports {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List tables that contacts were written down as
///
/// Newest first.
#[utoipa::path(
    operation_id = "list_contact_exports", tag = "contacts", security(("bearer" = [])),
    params(ListContactExports),
    responses(
        (status = 200, description = "A page", body = PageView<ExportView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contacts/exports")]
pub(in crate::http::contacts) async fn list_contact_exports(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListContactExports>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let exports = query(&app, async |tx| export::list(tx, &caller, page).await).await?;
    Ok(Answer::ok(&PageView::of(exports, ExportView::from))?.respond(&request))
}
