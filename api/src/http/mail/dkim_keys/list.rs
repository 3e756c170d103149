//! `GET /v1/mail/dkim-keys`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::DkimKeyView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{account, caller::StaffCaller, dkim_key},
};

/// Which keys.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListDkimKeys {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List signing keys
///
/// With the DNS records that verify their signatures, newest first. For administrators.
#[utoipa::path(
    operation_id = "list_dkim_keys", tag = "mail", security(("bearer" = [])),
    params(ListDkimKeys),
    responses(
        (status = 200, description = "A page", body = PageView<DkimKeyView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail/dkim-keys")]
pub(super) async fn list_dkim_keys(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListDkimKeys>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let (account, keys) = query(&app, async |tx| {
        Ok((account::get(tx, caller.account).await?, dkim_key::list(tx, &caller, page).await?))
    })
    .await?;
    let view = PageView::of(keys, |it| DkimKeyView::of(&app, &account, it));
    Ok(Answer::ok(&view)?.respond(&request))
}
