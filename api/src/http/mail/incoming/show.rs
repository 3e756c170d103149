//! `GET /v1/mail/incoming/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::IncomingMailId;
use uuid::Uuid;

use super::IncomingMailView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{
        caller::StaffCaller,
        incoming::{ledger, reading},
    },
    view::parsed_mail::ParsedMail,
};

/// One incoming mail
///
/// With what it says and what became of it, step by step. For administrators.
#[utoipa::path(
    operation_id = "show_incoming_mail", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mail")),
    responses(
        (status = 200, description = "The mail", body = IncomingMailView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail/incoming/{id}")]
pub(super) async fn show_incoming_mail(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = IncomingMailId::new(*id);
    let row = query(&app, async |tx| ledger::get(tx, &caller, id).await).await?;
    let parsed = if row.raw_dropped_at.is_none() {
        let raw = ledger::raw(&app, caller.account, &row).await?;
        Some(ParsedMail::from(&reading::read(raw).await.mail))
    } else {
        None
    };
    Ok(Answer::ok(&IncomingMailView::of(row, parsed))?.respond(&request))
}
