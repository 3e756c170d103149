//! `GET /v1/mail/suppressions`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use liaison_domain::mail_address::EmailAddress;
use serde::Deserialize;
use utoipa::IntoParams;

use super::SuppressionView;
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
    service::{caller::StaffCaller, suppression},
};

/// Which suppressions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListSuppressions {
    /// A whole address.
    address: Option<String>,
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List suppressed addresses
///
/// Those in force, newest first.
#[utoipa::path(
    operation_id = "list_suppressions", tag = "mail", security(("bearer" = [])),
    params(ListSuppressions),
    responses(
        (status = 200, description = "A page", body = PageView<SuppressionView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail/suppressions")]
pub(super) async fn list_suppressions(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListSuppressions>,
) -> Result<HttpResponse, Problem> {
    let ListSuppressions { address, limit, cursor } = parameters.0;
    let page = page::request(limit.as_deref(), cursor.as_deref())?;
    let mut fields = Fields::default();
    let address = address.and_then(|it| fields.read("?address", EmailAddress::parse(&it)));
    fields.finish()?;
    let rows = query(&app, async |tx| suppression::list(tx, &app.env, &caller, address.as_ref(), page).await)
        .await?;
    Ok(Answer::ok(&PageView::of(rows, SuppressionView::from))?.respond(&request))
}
