//! `GET /v1/virtual-addresses`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::VirtualAddressView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{account, caller::StaffCaller, virtual_address},
};

/// Which addresses.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListVirtualAddresses {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List virtual addresses
///
/// Newest first. For administrators.
#[utoipa::path(
    operation_id = "list_virtual_addresses", tag = "mail", security(("bearer" = [])),
    params(ListVirtualAddresses),
    responses(
        (status = 200, description = "A page", body = PageView<VirtualAddressView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/virtual-addresses")]
pub(super) async fn list_virtual_addresses(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListVirtualAddresses>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let (account, addresses) = query(&app, async |tx| {
        Ok((account::get(tx, caller.account).await?, virtual_address::list(tx, &caller, page).await?))
    })
    .await?;
    let view = PageView::of(addresses, |it| VirtualAddressView::of(&app, &account, it));
    Ok(Answer::ok(&view)?.respond(&request))
}
