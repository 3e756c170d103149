//! `GET /v1/mail/senders`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use liaison_domain::inbound::standing::SenderStanding;
use serde::Deserialize;
use utoipa::IntoParams;

use super::MailSenderView;
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
    service::{caller::StaffCaller, mail_sender},
};

/// Which senders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListMailSenders {
    /// `blocked` or `trusted`
    standing: Option<String>,
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List blocked and trusted senders
///
/// Newest first. For administrators.
#[utoipa::path(
    operation_id = "list_mail_senders", tag = "mail", security(("bearer" = [])),
    params(ListMailSenders),
    responses(
        (status = 200, description = "A page", body = PageView<MailSenderView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail/senders")]
pub(super) async fn list_mail_senders(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListMailSenders>,
) -> Result<HttpResponse, Problem> {
    let ListMailSenders { standing, limit, cursor } = parameters.0;
    let page = page::request(limit.as_deref(), cursor.as_deref())?;
    let mut fields = Fields::default();
    let standing = standing.and_then(|it| fields.read("?standing", it.parse::<SenderStanding>()));
    fields.finish()?;
    let rows = query(&app, async |tx| mail_sender::list(tx, &caller, standing, page).await).await?;
    Ok(Answer::ok(&PageView::of(rows, MailSenderView::from))?.respond(&request))
}
