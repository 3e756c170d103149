//! `GET /v1/mail/outgoing/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use liaison_domain::id::OutgoingMailId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{EventView, OutgoingMailView};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, letter::LinkedFile, outgoing_mail},
};

/// A mail of the ledger with its history.
#[derive(Debug, Serialize, ToSchema)]
struct FullOutgoingMail {
    #[serde(flatten)]
    mail: OutgoingMailView,
    /// Oldest first.
    events: Vec<EventView>,
    /// Files of the message that don't travel in the mail.
    links: Vec<LinkView>,
    /// The mail as it leaves, composed anew: without the bytes of its files, the token of its reply address masked. Null
    /// where it can't be composed any more, because its comment was deleted.
    #[schema(required)]
    source: Option<String>,
}

/// A file that is not in the mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OutgoingLink)]
struct LinkView {
    file_id: Uuid,
    name: String,
    /// Where the recipient fetches it, as long as the comment is for him; null where `http.public_url` is not set.
    #[schema(required)]
    url: Option<String>,
    /// Until when `url` leads to it.
    #[schema(required)]
    expires_at: Option<DateTime<Utc>>,
}

impl From<&LinkedFile> for LinkView {
    fn from(linked: &LinkedFile) -> Self {
        let LinkedFile { file, url, expires_at } = linked;
        Self {
            file_id: file.id.uuid(),
            name: file.name.clone(),
            url: url.clone(),
            expires_at: url.is_some().then_some(*expires_at),
        }
    }
}

/// One outgoing mail
#[utoipa::path(
    operation_id = "show_outgoing_mail", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mail")),
    responses(
        (status = 200, description = "The mail", body = FullOutgoingMail),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail/outgoing/{id}")]
pub(super) async fn show_outgoing_mail(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = OutgoingMailId::new(*id);
    let full = query(&app, async |tx| outgoing_mail::get_full(tx, &app, &caller, id).await).await?;
    let links = full.letter.iter().flat_map(|it| &it.linked).map(LinkView::from).collect();
    let source = match full.letter {
        Some(letter) => outgoing_mail::source(&app, letter).await?,
        None => None,
    };
    let recipients = &full.entry.recipients;
    let events = full.events.into_iter().filter_map(|it| EventView::of(it, recipients)).collect();
    let mail = OutgoingMailView::from(&full.entry);
    Ok(Answer::ok(&FullOutgoingMail { mail, events, links, source })?.respond(&request))
}
