//! `/v1/mail/outgoing`: the mails that left or are to leave, and how each fares.

mod list;
mod note_opening;
mod retry;
mod show;

use chrono::{DateTime, Utc};
use liaison_domain::{
    id::{CommentId, PersonId},
    outgoing::RecipientState,
    person::PersonRef,
};
use liaison_persistence::outgoing_mail::ledger::{EventRow, RecipientRow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::routes::Routes,
    service::outgoing_mail::Entry,
    view::{
        name::{BounceClassName, DeliveryEventName, MailKindName, RecipientStateName},
        parsed_mail::ParsedMailbox,
        person::PersonView,
    },
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_outgoing_mail)
        .service(note_opening::note_opening)
        .service(retry::retry_outgoing_mail)
        .service(show::show_outgoing_mail);
}

/// A mail of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OutgoingMail)]
struct OutgoingMailView {
    id: Uuid,
    task_id: Uuid,
    /// The comment that it brings; null for the mail about a new task.
    #[schema(required)]
    comment_id: Option<Uuid>,
    kind: MailKindName,
    /// Of several recipients that of the first who has not got it.
    state: RecipientStateName,
    from: ParsedMailbox,
    subject: String,
    /// Without angle brackets; the same on every attempt.
    message_id: String,
    created_at: DateTime<Utc>,
    recipients: Vec<RecipientView>,
}

/// How a mail fares with one recipient.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OutgoingRecipient)]
struct RecipientView {
    person: PersonView,
    address: String,
    /// As of the mail.
    state: RecipientStateName,
    /// Attempts begun.
    attempts: i64,
    /// What the server said last, or where the attempt failed.
    #[schema(required)]
    last_reply: Option<String>,
    /// When he opened it first, as far as an image told; null of a common mail, of which only somebody is known.
    #[schema(required)]
    opened_at: Option<DateTime<Utc>>,
    /// Where a server refused it for good or it was given up.
    #[schema(required)]
    bounce_class: Option<BounceClassName>,
}

/// A line of a mail's history.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryEvent)]
struct EventView {
    at: DateTime<Utc>,
    /// Null where one of several opened it, and nobody knows who.
    #[schema(required)]
    recipient: Option<PersonView>,
    #[serde(rename = "type")]
    kind: DeliveryEventName,
    /// Who opened it: `human` or `machine`.
    #[schema(required)]
    by: Option<String>,
    #[schema(required)]
    detail: Option<String>,
}

impl From<&Entry> for OutgoingMailView {
    fn from(Entry { mail, recipients }: &Entry) -> Self {
        let mut states = recipients.iter().map(|it| it.state);
        let state = states.find(|it| *it != RecipientState::Accepted).unwrap_or(RecipientState::Accepted);
        Self {
            id: mail.id.uuid(),
            task_id: mail.task_id.uuid(),
            comment_id: mail.comment_id.map(CommentId::uuid),
            kind: mail.kind.into(),
            state: state.into(),
            from: ParsedMailbox { name: Some(mail.from_name.clone()), address: mail.from_address.clone() },
            subject: mail.subject.clone(),
            message_id: mail.message_id.clone(),
            created_at: mail.created_at,
            recipients: recipients.iter().map(RecipientView::from).collect(),
        }
    }
}

impl From<&RecipientRow> for RecipientView {
    fn from(row: &RecipientRow) -> Self {
        Self {
            person: person(row),
            address: row.address.clone(),
            state: row.state.into(),
            attempts: row.attempts,
            last_reply: row.last_reply.clone(),
            opened_at: row.opened_at,
            bounce_class: row.bounce_class.map(Into::into),
        }
    }
}

impl EventView {
    /// An event names one of the mail's recipients.
    fn of(event: EventRow, recipients: &[RecipientRow]) -> Option<Self> {
        let is_his = |it: &&RecipientRow| -> bool { Some(it.person_id) == event.person_id };
        let recipient = recipients.iter().find(is_his).map(person);
        (recipient.is_some() || event.person_id.is_none()).then_some(Self {
            at: event.at,
            recipient,
            kind: event.event.into(),
            by: event.caused_by,
            detail: event.detail,
        })
    }
}

fn person(row: &RecipientRow) -> PersonView {
    let id: PersonId = row.person_id;
    PersonView::from(&PersonRef::of(id, row.kind, row.name.clone()))
}
