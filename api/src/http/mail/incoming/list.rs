//! `GET /v1/mail/incoming`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use liaison_domain::inbound::verdict::IncomingState;
use serde::Deserialize;
use utoipa::IntoParams;

use super::IncomingMailView;
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
    service::{caller::StaffCaller, incoming::ledger},
};

/// Which mails.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListIncomingMail {
    /// `received`, `applied`, `quarantined`, `rejected`, `bounce`, `auto_reply` or `failed`
    state: Option<String>,
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List incoming mail
///
/// Newest first. For administrators.
#[utoipa::path(
    operation_id = "list_incoming_mail", tag = "mail", security(("bearer" = [])),
    params(ListIncomingMail),
    responses(
        (status = 200, description = "A page", body = PageView<IncomingMailView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail/incoming")]
pub(super) async fn list_incoming_mail(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListIncomingMail>,
) -> Result<HttpResponse, Problem> {
    let ListIncomingMail { state, limit, cursor } = parameters.0;
    let page = page::request(limit.as_deref(), cursor.as_deref())?;
    let mut fields = Fields::default();
    let state = state.and_then(|it| fields.read("?state", it.parse::<IncomingState>()));
    fields.finish()?;
    let mails = query(&app, async |tx| ledger::list(tx, &caller, state, page).await).await?;
    Ok(Answer::ok(&PageView::of(mails, |it| IncomingMailView::of(it, None)))?.respond(&request))
}
