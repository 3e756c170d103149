//! `GET /v1/mailboxes`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::MailboxView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{account, caller::StaffCaller, mailbox},
};

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListMailboxes {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List mailboxes
///
/// The company's and the caller's own, newest first.
#[utoipa::path(
    operation_id = "list_mailboxes", tag = "mailboxes", security(("bearer" = [])),
    params(ListMailboxes),
    responses(
        (status = 200, description = "A page", body = PageView<MailboxView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mailboxes")]
pub(super) async fn list_mailboxes(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListMailboxes>,
) -> Result<HttpResponse, Problem> {
    let ListMailboxes { limit, cursor } = parameters.0;
    let page = page::request(limit.as_deref(), cursor.as_deref())?;
    let (account, mailboxes) = query(&app, async |tx| {
        Ok((account::get(tx, caller.account).await?, mailbox::list(tx, &caller, page).await?))
    })
    .await?;
    let view = PageView::of(mailboxes, |it| MailboxView::of(&app, &account.name, &it));
    Ok(Answer::ok(&view)?.respond(&request))
}
