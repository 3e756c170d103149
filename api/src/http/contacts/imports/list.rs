//! `GET /v1/contacts/imports`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ImportView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::StaffCaller, contact::import},
};

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListContactImports {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List tables of contacts that were taken in
///
/// Newest first.
#[utoipa::path(
    operation_id = "list_contact_imports", tag = "contacts", security(("bearer" = [])),
    params(ListContactImports),
    responses(
        (status = 200, description = "A page", body = PageView<ImportView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contacts/imports")]
pub(in crate::http::contacts) async fn list_contact_imports(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListContactImports>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let imports = query(&app, async |tx| import::list(tx, &caller, page).await).await?;
    Ok(Answer::ok(&PageView::of(imports, ImportView::from))?.respond(&request))
}
