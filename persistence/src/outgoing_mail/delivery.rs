//! Sending: a batch of messages before the attempt, and what the attempt came to.

use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, DeliveryEventId, MailboxId, OutgoingMailId, PersonId, TaskId},
    language::Language,
    outgoing::{BounceClass, DeliveryEventType, MailKind, RecipientState},
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    outgoing_mail::Form,
    sql::{Json, Scalar},
};

/// A message and its recipient, as they stand.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    pub mail_id: OutgoingMailId,
    pub task_id: TaskId,
    pub comment_id: Option<CommentId>,
    pub kind: MailKind,
    pub author_id: PersonId,
    pub language: Language,
    pub from_name: String,
    pub from_address: String,
    /// Without angle brackets.
    pub message_id: String,
    pub in_reply_to: Option<String>,
    /// Oldest first.
    pub reference_ids: Json<Vec<String>>,
    pub form: Json<Form>,
    pub created_at: Timestamp,
    /// Systems like ours that what caused it went through, this one included (R3).
    pub hops: i64,
    /// The external mailbox that it leaves by.
    pub mailbox_id: Option<MailboxId>,
    pub person_id: PersonId,
    pub name: String,
    pub address: String,
    pub state: RecipientState,
    /// Attempts begun.
    pub attempts: i64,
    /// Attempts that were cut before their result was known.
    pub cuts: i64,
}
record!(DeliveryRow {
    mail_id,
    task_id,
    comment_id,
    kind,
    author_id,
    language,
    from_name,
    from_address,
    message_id,
    in_reply_to,
    reference_ids,
    form,
    created_at,
    hops,
    mailbox_id,
    person_id,
    name,
    address,
    state,
    attempts,
    cuts
});

/// Where a message stands from now on.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub mail: OutgoingMailId,
    pub person: PersonId,
    /// Where it must stand for this to be written.
    pub from: RecipientState,
    pub state: RecipientState,
    pub attempts: i64,
    pub cuts: i64,
    /// What the server said last; stays where there is nothing new.
    pub last_reply: Option<&'a str>,
    pub bounce_class: Option<BounceClass>,
}

/// A message and a recipient of it who stands elsewhere now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moved {
    pub mail_id: OutgoingMailId,
    pub person_id: PersonId,
}
record!(Moved { mail_id, person_id });

/// A line of a message's history.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    pub id: DeliveryEventId,
    pub mail: OutgoingMailId,
    pub person: PersonId,
    pub kind: DeliveryEventType,
    pub detail: Option<&'a str>,
}

#[derive(Serialize)]
struct StandingRow<'a> {
    mail_id: Hex,
    person_id: Hex,
    from_state: &'static str,
    state: &'static str,
    attempts: i64,
    cuts: i64,
    last_reply: Option<&'a str>,
    bounce_class: Option<&'static str>,
}

#[derive(Serialize)]
struct EventRow<'a> {
    id: Hex,
    mail_id: Hex,
    person_id: Hex,
    kind: &'static str,
    detail: Option<&'a str>,
}

statements! {
    LIST_OF_COMMENT = ["SELECT id AS value FROM outgoing_mail WHERE account_id = $1 AND comment_id = $2 ORDER BY id"];
    LIST_DELIVERIES = [
        "SELECT m.id AS mail_id, m.task_id, m.comment_id, m.kind, m.author_id, m.language, m.from_name, m.from_address, \
         m.message_id, m.in_reply_to, m.reference_ids, m.form, m.created_at, m.hops, m.mailbox_id, r.person_id, r.name, \
         r.address, r.state, r.attempts, r.cuts FROM outgoing_mail m \
         JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id WHERE m.account_id = $1 AND m.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY m.id, r.person_id"
    ];
    /// What a server took is taken, whoever records it, unless another reported meanwhile that it came to nothing; all
    /// else is written on what was read.
    UPDATE_STANDINGS = [
        "UPDATE outgoing_recipient SET state = r.state, attempts = r.attempts, cuts = r.cuts, \
         last_reply = COALESCE(r.last_reply, outgoing_recipient.last_reply), bounce_class = r.bounce_class FROM "
        {
            sqlite: "(SELECT unhex(value ->> 'mail_id') AS mail_id, unhex(value ->> 'person_id') AS person_id, \
                value ->> 'from_state' AS from_state, value ->> 'state' AS state, value ->> 'attempts' AS attempts, \
                value ->> 'cuts' AS cuts, value ->> 'last_reply' AS last_reply, \
                value ->> 'bounce_class' AS bounce_class FROM json_each($2)) AS r",
            postgres: "jsonb_to_recordset($2) AS r(mail_id uuid, person_id uuid, from_state text, state text, \
                attempts bigint, cuts bigint, last_reply text, bounce_class text)"
        }
        " WHERE outgoing_recipient.account_id = $1 AND outgoing_recipient.mail_id = r.mail_id \
         AND outgoing_recipient.person_id = r.person_id \
         AND (outgoing_recipient.state = r.from_state \
           OR (r.state = 'accepted' AND outgoing_recipient.state <> 'bounced')) \
         RETURNING outgoing_recipient.mail_id, outgoing_recipient.person_id"
    ];
    INSERT_EVENTS = [
        "INSERT INTO delivery_event (account_id, id, mail_id, person_id, at, type, detail) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'id'), unhex(value ->> 'mail_id'), unhex(value ->> 'person_id'), $3, \
                value ->> 'kind', value ->> 'detail' FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, id, mail_id, person_id, $3, kind, detail \
                FROM jsonb_to_recordset($2) AS r(id uuid, mail_id uuid, person_id uuid, kind text, detail text)"
        }
    ];
}

/// The messages that bring a comment.
pub async fn list_of_comment(
    tx: &mut dyn Tx,
    account: AccountId,
    comment: CommentId,
) -> Result<Vec<OutgoingMailId>, StorageError> {
    let ids = db!(tx, fetch_all::<Scalar<OutgoingMailId>>(LIST_OF_COMMENT, account, comment))?;
    Ok(ids.into_iter().map(|it| it.0).collect())
}

/// The messages of a batch, once with each recipient; those of one message stand together.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    mails: impl IntoIterator<Item = OutgoingMailId>,
) -> Result<Vec<DeliveryRow>, StorageError> {
    let ids = Ids::new(mails.into_iter().map(OutgoingMailId::uuid));
    db!(tx, fetch_all::<DeliveryRow>(LIST_DELIVERIES, account, ids))
}

/// Writes where messages stand, unless somebody moved them meanwhile; that one was accepted is written whatever it was.
/// Gives those that were changed.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    standings: &[Standing<'_>],
) -> Result<Vec<Moved>, StorageError> {
    if standings.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Rows<StandingRow<'_>> = Json(standings.iter().map(StandingRow::of).collect());
    db!(tx, fetch_all::<Moved>(UPDATE_STANDINGS, account, rows))
}

/// Adds lines to messages' histories.
pub async fn insert_events(
    tx: &mut WriteTx,
    account: AccountId,
    events: &[NewEvent<'_>],
    at: Timestamp,
) -> Result<(), StorageError> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Rows<EventRow<'_>> = Json(events.iter().map(EventRow::of).collect());
    db!(tx, execute(INSERT_EVENTS, account, rows, at)).map(drop)
}

impl<'a> StandingRow<'a> {
    fn of(standing: &Standing<'a>) -> Self {
        Self {
            mail_id: hex(standing.mail.uuid()),
            person_id: hex(standing.person.uuid()),
            from_state: standing.from.as_str(),
            state: standing.state.as_str(),
            attempts: standing.attempts,
            cuts: standing.cuts,
            last_reply: standing.last_reply,
            bounce_class: standing.bounce_class.map(BounceClass::as_str),
        }
    }
}

impl<'a> EventRow<'a> {
    fn of(event: &NewEvent<'a>) -> Self {
        Self {
            id: hex(event.id.uuid()),
            mail_id: hex(event.mail.uuid()),
            person_id: hex(event.person.uuid()),
            kind: event.kind.as_str(),
            detail: event.detail,
        }
    }
}
