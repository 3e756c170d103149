//! The ledger of mail that comes in: the mail as received, and what became of it.

use bytes::Bytes;
use data_encoding::HEXLOWER;
use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, IncomingMailId, TaskId},
    inbound::{
        matching::MatchedBy,
        verdict::{Cause, IncomingState},
        via::Via,
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Moment, Rows, hex, moment},
    page::{Cursor, Page, PageRequest},
    sql::{Json, Scalar},
};

/// A received mail without its bytes.
#[derive(Clone, Debug)]
pub struct IncomingMailRow {
    pub id: IncomingMailId,
    pub received_at: Timestamp,
    pub via: Via,
    /// The address of the host that handed it over, where it came over a network.
    pub peer: Option<String>,
    /// The address of the peer's client, where the peer named it.
    pub client: Option<String>,
    /// What the peer's client called itself, where the peer named it.
    pub helo: Option<String>,
    pub envelope_sender: String,
    /// The addresses of this account, in the order of the envelope.
    pub recipients: Json<Vec<String>>,
    /// Bytes.
    pub size: i64,
    pub sha256: Vec<u8>,
    /// When its bytes were cleared away.
    pub raw_dropped_at: Option<Timestamp>,
    pub state: IncomingState,
    pub cause: Option<Cause>,
    pub message_id: Option<String>,
    /// Set once the mail was looked at.
    pub matched_by: Option<MatchedBy>,
    pub task_id: Option<TaskId>,
    pub comment_id: Option<CommentId>,
    /// Null where nobody asked.
    pub authentication: Option<Json<Authentication>>,
    /// Systems like ours that it went through (R3); null before it was looked at.
    pub hops: Option<i64>,
    pub explain: Json<Vec<Step>>,
}
record!(IncomingMailRow {
    id,
    received_at,
    via,
    peer,
    client,
    helo,
    envelope_sender,
    recipients,
    size,
    sha256,
    raw_dropped_at,
    state,
    cause,
    message_id,
    matched_by,
    task_id,
    comment_id,
    authentication,
    hops,
    explain,
});

/// What the methods found, in the words of RFC 8601 §2.7.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    pub spf: String,
    pub dkim: String,
    pub dmarc: String,
    pub arc: String,
}

/// One step of looking at a mail, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub step: String,
    pub verdict: String,
    pub detail: String,
}

/// How many mails stand in a state, for a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountRow {
    pub state: IncomingState,
    pub cause: Option<Cause>,
    pub count: i64,
}
record!(CountRow { state, cause, count });

struct RawRow {
    raw: Option<Bytes>,
}
record!(RawRow { raw });

/// A mail to be committed.
#[derive(Clone, Debug)]
pub struct NewIncomingMail {
    pub id: IncomingMailId,
    pub received_at: Timestamp,
    pub via: Via,
    pub peer: Option<String>,
    pub client: Option<String>,
    pub helo: Option<String>,
    pub envelope_sender: String,
    pub recipients: Vec<String>,
    /// Bytes.
    pub size: i64,
    pub sha256: Vec<u8>,
    /// The mail where it is small; none where it lies in the storage under its digest.
    pub raw: Option<Bytes>,
}

impl NewIncomingMail {
    /// As it stands right after it was committed.
    pub fn received(&self) -> IncomingMailRow {
        IncomingMailRow {
            id: self.id,
            received_at: self.received_at,
            via: self.via,
            peer: self.peer.clone(),
            client: self.client.clone(),
            helo: self.helo.clone(),
            envelope_sender: self.envelope_sender.clone(),
            recipients: Json(self.recipients.clone()),
            size: self.size,
            sha256: self.sha256.clone(),
            raw_dropped_at: None,
            state: IncomingState::Received,
            cause: None,
            message_id: None,
            matched_by: None,
            task_id: None,
            comment_id: None,
            authentication: None,
            hops: None,
            explain: Json(Vec::new()),
        }
    }
}

#[derive(Serialize)]
struct MailRow<'a> {
    id: Hex,
    received_at: Moment,
    via: &'static str,
    peer: Option<&'a str>,
    client: Option<&'a str>,
    helo: Option<&'a str>,
    envelope_sender: &'a str,
    recipients: &'a [String],
    size: i64,
    sha256: String,
    raw: Option<String>,
}

/// What became of a mail.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub state: IncomingState,
    pub cause: Option<Cause>,
    pub message_id: Option<String>,
    pub content_hash: Vec<u8>,
    pub matched_by: MatchedBy,
    pub task: Option<TaskId>,
    pub comment: Option<CommentId>,
    pub authentication: Option<Json<Authentication>>,
    pub hops: u32,
    pub explain: Vec<Step>,
}

macro_rules! columns {
    () => {
        "id, received_at, via, peer, client, helo, envelope_sender, recipients, size, sha256, raw_dropped_at, state, \
         cause, message_id, matched_by, task_id, comment_id, authentication, hops, explain"
    };
}

statements! {
    INSERT_MAILS = [
        "INSERT INTO incoming_mail (account_id, id, received_at, via, peer, client, helo, envelope_sender, recipients, \
         size, sha256, raw, state, explain) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'id'), value ->> 'received_at', value ->> 'via', value ->> 'peer', \
                value ->> 'client', value ->> 'helo', value ->> 'envelope_sender', value -> 'recipients', \
                value ->> 'size', unhex(value ->> 'sha256'), unhex(value ->> 'raw'), 'received', '[]' FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, id, received_at, via, peer, client, helo, envelope_sender, recipients, size, \
                decode(sha256, 'hex'), decode(raw, 'hex'), 'received', '[]' \
                FROM jsonb_to_recordset($2) AS r(id uuid, received_at timestamptz, via text, peer text, client text, \
                helo text, envelope_sender text, recipients jsonb, size bigint, sha256 text, raw text)"
        }
    ];
    FIND_MAIL = ["SELECT " columns!() " FROM incoming_mail WHERE account_id = $1 AND id = $2"];
    /// Holds the mail until the end of the transaction, so that it is worked on once.
    LOCK_MAIL = ["SELECT " columns!() " FROM incoming_mail WHERE account_id = $1 AND id = $2"
        { sqlite: "", postgres: " FOR UPDATE" }];
    FIND_RAW = ["SELECT raw FROM incoming_mail WHERE account_id = $1 AND id = $2"];
    /// The same bytes, received lately by one way.
    LIST_BY_CONTENT = ["SELECT " columns!() " FROM incoming_mail \
        WHERE account_id = $1 AND sha256 = $2 AND via = $3 AND received_at > $4 ORDER BY id"];
    LIST_MAILS = ["SELECT " columns!() " FROM incoming_mail WHERE account_id = $1 AND (received_at, id) < ($2, $3) \
        ORDER BY received_at DESC, id DESC LIMIT $4"];
    LIST_MAILS_IN_STATE = ["SELECT " columns!() " FROM incoming_mail \
        WHERE account_id = $1 AND state = $5 AND (received_at, id) < ($2, $3) \
        ORDER BY received_at DESC, id DESC LIMIT $4"];
    UPDATE_OUTCOME = ["UPDATE incoming_mail SET state = $3, cause = $4, message_id = $5, content_hash = $6, \
        matched_by = $7, task_id = $8, comment_id = $9, explain = $10, authentication = $11, hops = $12 \
        WHERE account_id = $1 AND id = $2"];
    UPDATE_VERDICT = ["UPDATE incoming_mail SET state = $3, cause = $4, explain = $5 WHERE account_id = $1 AND id = $2"];
    UPDATE_STATE = ["UPDATE incoming_mail SET state = $3, cause = NULL, explain = $4 WHERE account_id = $1 AND id = $2"];
    COUNT_BY_STATE = ["SELECT state, cause, COUNT(*) AS count FROM incoming_mail WHERE account_id = $1 \
        GROUP BY state, cause ORDER BY state, cause"];
    /// Of two deliveries of a mail, the first that becomes a comment gets here.
    INSERT_IDENTITY = ["INSERT INTO incoming_identity (account_id, message_id, content_hash, incoming_mail_id) \
        VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"];
    FIND_IDENTITY = ["SELECT incoming_mail_id AS value FROM incoming_identity \
        WHERE account_id = $1 AND message_id = $2 AND content_hash = $3"];
    COUNT_NAMESAKES = ["SELECT COUNT(*) AS value FROM incoming_identity \
        WHERE account_id = $1 AND message_id = $2 AND content_hash <> $3"];
}

/// Inserts mails of one account, one statement for any number of them.
pub async fn insert_all(
    tx: &mut WriteTx,
    account: AccountId,
    mails: impl IntoIterator<Item = &NewIncomingMail>,
) -> Result<(), StorageError> {
    let rows: Rows<MailRow<'_>> = Json(mails.into_iter().map(row).collect());
    db!(tx, execute(INSERT_MAILS, account, rows)).map(drop)
}

fn row(mail: &NewIncomingMail) -> MailRow<'_> {
    MailRow {
        id: hex(mail.id.uuid()),
        received_at: moment(mail.received_at),
        via: mail.via.as_str(),
        peer: mail.peer.as_deref(),
        client: mail.client.as_deref(),
        helo: mail.helo.as_deref(),
        envelope_sender: &mail.envelope_sender,
        recipients: &mail.recipients,
        size: mail.size,
        sha256: HEXLOWER.encode(&mail.sha256),
        raw: mail.raw.as_ref().map(|raw| HEXLOWER.encode(raw)),
    }
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: IncomingMailId,
) -> Result<Option<IncomingMailRow>, StorageError> {
    db!(tx, fetch_optional::<IncomingMailRow>(FIND_MAIL, account, id))
}

/// Finds a mail and keeps everybody else from it until the end of the transaction.
pub async fn lock(
    tx: &mut WriteTx,
    account: AccountId,
    id: IncomingMailId,
) -> Result<Option<IncomingMailRow>, StorageError> {
    db!(tx, fetch_optional::<IncomingMailRow>(LOCK_MAIL, account, id))
}

/// The bytes of a small mail; none where they lie in the storage.
pub async fn find_raw(
    tx: &mut dyn Tx,
    account: AccountId,
    id: IncomingMailId,
) -> Result<Option<Bytes>, StorageError> {
    Ok(db!(tx, fetch_optional::<RawRow>(FIND_RAW, account, id))?.and_then(|it| it.raw))
}

/// Mails with the same bytes that came by one way after `since`, first one first.
pub async fn list_by_content(
    tx: &mut dyn Tx,
    account: AccountId,
    sha256: &[u8],
    via: Via,
    since: Timestamp,
) -> Result<Vec<IncomingMailRow>, StorageError> {
    db!(tx, fetch_all::<IncomingMailRow>(LIST_BY_CONTENT, account, sha256, via, since))
}

/// Newest first; those in `state` where it is given.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    state: Option<IncomingState>,
    page: PageRequest,
) -> Result<Page<IncomingMailRow>, StorageError> {
    let before = page.before();
    let (at, id, limit) = (before.at(), before.id(), page.fetch());
    let rows = match state {
        None => db!(tx, fetch_all::<IncomingMailRow>(LIST_MAILS, account, at, id, limit)),
        Some(state) => {
            db!(tx, fetch_all::<IncomingMailRow>(LIST_MAILS_IN_STATE, account, at, id, limit, state))
        }
    }?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.received_at, it.id.uuid())))
}

/// How many mails of the ledger stand where.
pub async fn count_by_state(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<CountRow>, StorageError> {
    db!(tx, fetch_all::<CountRow>(COUNT_BY_STATE, account))
}

/// Writes what became of a mail.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    id: IncomingMailId,
    outcome: &Outcome,
) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            UPDATE_OUTCOME,
            account,
            id,
            outcome.state,
            outcome.cause,
            outcome.message_id,
            outcome.content_hash,
            outcome.matched_by,
            outcome.task,
            outcome.comment,
            Json(&outcome.explain),
            outcome.authentication,
            i64::from(outcome.hops)
        )
    )
    .map(drop)
}

/// Puts a mail into a state that says nothing of the mail itself: failed, or received once more.
pub async fn update_state(
    tx: &mut WriteTx,
    account: AccountId,
    id: IncomingMailId,
    state: IncomingState,
    explain: &[Step],
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_STATE, account, id, state, Json(explain))).map(drop)
}

/// Writes what a person decided about a mail.
pub async fn update_verdict(
    tx: &mut WriteTx,
    account: AccountId,
    id: IncomingMailId,
    state: IncomingState,
    cause: Option<Cause>,
    explain: &[Step],
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_VERDICT, account, id, state, cause, Json(explain))).map(drop)
}

/// Says that this mail is the one of its identity and content that becomes a comment. Gives the one that did before,
/// where it is another.
pub async fn claim_identity(
    tx: &mut WriteTx,
    account: AccountId,
    id: IncomingMailId,
    message_id: &str,
    content_hash: &[u8],
) -> Result<Option<IncomingMailId>, StorageError> {
    if db!(tx, execute(INSERT_IDENTITY, account, message_id, content_hash, id))? == 1 {
        return Ok(None);
    }
    let first =
        db!(tx, fetch_one::<Scalar<IncomingMailId>>(FIND_IDENTITY, account, message_id, content_hash))?;
    Ok(Some(first.0).filter(|it| *it != id))
}

/// Whether other content came under the same Message-ID.
pub async fn has_namesake(
    tx: &mut dyn Tx,
    account: AccountId,
    message_id: &str,
    content_hash: &[u8],
) -> Result<bool, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_NAMESAKES, account, message_id, content_hash))?.0 > 0)
}
