//! The ledger of mail that leaves: message, recipient, delivery history, who was skipped.
//!
//! Written here with the event that decides it; sent through [`delivery`]; read by people through [`ledger`];
//! found by [`answered`] and [`reported`] when mail comes back. A message
//! has one recipient; a common one has several.

pub mod answered;
pub mod automatic;
pub mod delivery;
pub mod history;
pub mod ledger;
pub mod opening;
pub mod pace;
pub mod queue;
pub mod recall;
pub mod reported;
pub mod subscriber;

use data_encoding::HEXLOWER;
use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, DeliveryEventId, JobId, MailboxId, OutgoingMailId, PersonId, TaskId},
    job::JobKind,
    language::Language,
    mail_address::EmailAddress,
    notification::NotificationKind,
    outgoing::{MailKind, RecipientState, SkipReason},
    task::TaskStatus,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    job,
    list::{Hex, Moment, Rows, hex, moment},
    sql::Json,
};

/// Who writes to an account's contacts: what From is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderRow {
    /// The account's name.
    pub account: String,
    /// The account's title.
    pub title: String,
    pub language: Language,
    /// The author's name.
    pub name: String,
    /// The author's login, where he is an employee.
    pub login: Option<String>,
    pub own_signature: Option<String>,
    pub account_signature: Option<String>,
}
record!(SenderRow { account, title, language, name, login, own_signature, account_signature });

/// What the messages about one event have in common.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub task: TaskId,
    pub comment: Option<CommentId>,
    pub kind: MailKind,
    pub author: PersonId,
    /// The external mailbox that it leaves by.
    pub mailbox: Option<MailboxId>,
    pub from_name: &'a str,
    pub from_address: &'a EmailAddress,
    pub subject: &'a str,
    /// Systems like ours that what caused it went through, this one included (R3).
    pub hops: u32,
    pub at: Timestamp,
}

/// How a message is made up. It stays with the message, so that every attempt sends the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
pub struct Form {
    /// Reply-To is an address of this message and recipient alone, not the task's (URA-1).
    pub unique_reply_address: bool,
    /// Files travel in it as far as they fit, not as links only (ATT-1).
    pub attach_files: bool,
    /// A text stands beside the HTML (PLT-1).
    pub plain_text_part: bool,
    pub reply_marker: bool,
    /// An image tells when it was opened (TRK-2).
    pub open_tracking: bool,
    /// The digest of the signature below it, in hex.
    pub signature: Option<String>,
    /// The comments that it repeats at its end, newest first.
    pub history: Vec<Uuid>,
    /// The account's own template; none for the built-in one.
    pub template: Option<Uuid>,
    /// Whom it names, where it is one mail for several (ALL-1).
    pub common: Option<CommonForm>,
    /// The task's status that it tells of, where it does.
    pub status: Option<String>,
    /// What the account called it.
    pub custom_status: Option<String>,
    /// What it tells an employee of, where it does.
    pub notice: Option<String>,
}

/// What a mail for several says of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommonForm {
    /// Names and addresses in To, those of the contacts first.
    pub shown: Vec<(String, String)>,
    /// The contacts among its recipients, at least one. The tokens in it are those of the first.
    pub contacts: Vec<Uuid>,
}

impl Form {
    /// The status that it tells of; the task may have another one by now.
    pub fn status(&self) -> Option<TaskStatus> {
        self.status.as_ref()?.parse().ok()
    }

    /// What it tells an employee of.
    pub fn notice(&self) -> Option<NotificationKind> {
        self.notice.as_ref()?.parse().ok()
    }

    /// Whose tokens stand in a mail that has `recipient` among its recipients.
    pub fn token_owner(&self, recipient: PersonId) -> PersonId {
        let first = self.common.as_ref().and_then(|it| it.contacts.first());
        first.map_or(recipient, |it| PersonId::new(*it))
    }
}

/// A message.
#[derive(Clone, Debug)]
pub struct NewMail {
    pub id: OutgoingMailId,
    pub job_id: JobId,
    pub language: Language,
    /// Without angle brackets.
    pub message_id: String,
    /// What its recipient has of the conversation, without angle brackets, oldest first, at most 20.
    pub references: Vec<String>,
    pub form: Form,
    /// No mail leaves to its recipient's address.
    pub is_suppressed: bool,
    /// When it may leave; none where it does not.
    pub leaves_at: Option<Timestamp>,
    /// Why it waits until then, where it does.
    pub held_for: Option<&'static str>,
    /// No employee had a hand in it.
    pub is_automatic: bool,
    /// At least one.
    pub recipients: Vec<NewRecipient>,
}

/// A recipient of a message.
#[derive(Clone, Debug)]
pub struct NewRecipient {
    pub event_id: DeliveryEventId,
    pub person: PersonId,
    pub name: String,
    pub address: EmailAddress,
    /// The digest of the token in his reply address.
    pub token_hash: Vec<u8>,
    /// The digest of the token in the address that it is sent from.
    pub bounce_token_hash: Vec<u8>,
}

#[derive(Serialize)]
struct MailRow<'a> {
    id: Hex,
    language: &'static str,
    message_id: &'a str,
    in_reply_to: Option<&'a str>,
    reference_ids: &'a [String],
    form: &'a Form,
}

#[derive(Serialize)]
struct NewRecipientRow<'a> {
    id: Hex,
    event_id: Hex,
    person_id: Hex,
    name: &'a str,
    address: &'a str,
    address_key: String,
    token_hash: String,
    bounce_token_hash: String,
    state: &'static str,
    held_for: Option<&'static str>,
    leaves_at: Option<Moment>,
    is_automatic: bool,
}

#[derive(Serialize)]
struct SubjectRow<'a> {
    id: Hex,
    subject: &'a str,
}

#[derive(Serialize)]
struct SkippedRow {
    person_id: Hex,
    reason: &'static str,
}

statements! {
    FIND_SENDER = ["SELECT a.name AS account, a.title, a.language, p.name, e.login, e.signature_html AS own_signature, \
        a.signature_html AS account_signature FROM account a \
        JOIN person p ON p.account_id = a.id LEFT JOIN employee e ON e.account_id = p.account_id AND e.id = p.id \
        WHERE p.account_id = $1 AND p.id = $2"];
    INSERT_MAILS = [
        "INSERT INTO outgoing_mail (account_id, id, task_id, comment_id, kind, author_id, language, from_name, \
         from_address, subject, message_id, in_reply_to, reference_ids, form, created_at, hops, mailbox_id) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'id'), $3, $4, $5, $6, value ->> 'language', $7, $8, $9, \
                value ->> 'message_id', value ->> 'in_reply_to', value -> 'reference_ids', \
                value -> 'form', $10, $11, $12 FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, id, $3, $4, $5, $6, language, $7, $8, $9, message_id, in_reply_to, reference_ids, form, \
                $10, $11, $12 FROM jsonb_to_recordset($2) AS r(id uuid, language text, message_id text, in_reply_to text, \
                reference_ids jsonb, form jsonb)"
        }
    ];
    INSERT_RECIPIENTS = [
        "INSERT INTO outgoing_recipient (account_id, mail_id, person_id, name, address, address_key, token_hash, \
         bounce_token_hash, state, attempts, cuts, leaves_at, is_automatic) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'id'), unhex(value ->> 'person_id'), value ->> 'name', \
                value ->> 'address', value ->> 'address_key', unhex(value ->> 'token_hash'), \
                unhex(value ->> 'bounce_token_hash'), value ->> 'state', 0, 0, \
                value ->> 'leaves_at', value ->> 'is_automatic' \
                FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, id, person_id, name, address, address_key, decode(token_hash, 'hex'), \
                decode(bounce_token_hash, 'hex'), state, 0, 0, leaves_at, is_automatic \
                FROM jsonb_to_recordset($2) AS r(id uuid, person_id uuid, name text, address text, address_key text, \
                token_hash text, bounce_token_hash text, state text, leaves_at timestamptz, \
                is_automatic boolean)"
        }
    ];
    /// How each history begins.
    INSERT_BEGUN = [
        "INSERT INTO delivery_event (account_id, id, mail_id, person_id, at, type, detail) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'event_id'), unhex(value ->> 'id'), unhex(value ->> 'person_id'), $3, \
                value ->> 'state', value ->> 'held_for' FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, event_id, id, person_id, $3, state, held_for FROM jsonb_to_recordset($2) \
                AS r(event_id uuid, id uuid, person_id uuid, state text, held_for text)"
        }
    ];
    /// An answer that names the message finds the task by it (R16).
    INSERT_REFERENCES = [
        "INSERT INTO thread_reference (account_id, message_id, task_id, comment_id, is_ours, created_at) "
        {
            sqlite: "SELECT $1, value ->> 'message_id', $3, $4, TRUE, $5 FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, message_id, $3, $4, TRUE, $5 FROM jsonb_to_recordset($2) AS r(message_id text)"
        }
        " ON CONFLICT DO NOTHING"
    ];
    UPDATE_SUBJECTS = [
        "UPDATE outgoing_mail SET subject = r.subject FROM "
        {
            sqlite: "(SELECT unhex(value ->> 'id') AS id, value ->> 'subject' AS subject FROM json_each($2)) AS r",
            postgres: "jsonb_to_recordset($2) AS r(id uuid, subject text)"
        }
        " WHERE outgoing_mail.account_id = $1 AND outgoing_mail.id = r.id"
    ];
    INSERT_SKIPPED = [
        "INSERT INTO skipped_recipient (account_id, comment_id, person_id, reason, at) "
        {
            sqlite: "SELECT $1, $2, unhex(value ->> 'person_id'), value ->> 'reason', $4 FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, person_id, reason, $4 \
                FROM jsonb_to_recordset($3) AS r(person_id uuid, reason text)"
        }
        " ON CONFLICT DO NOTHING"
    ];
    DELETE_SKIPPED = ["DELETE FROM skipped_recipient WHERE account_id = $1 AND comment_id = $2 AND reason = $3"];
}

/// Who writes, whose account it is.
pub async fn find_sender(
    tx: &mut dyn Tx,
    account: AccountId,
    author: PersonId,
) -> Result<Option<SenderRow>, StorageError> {
    db!(tx, fetch_optional::<SenderRow>(FIND_SENDER, account, author))
}

/// Writes messages with their recipients, histories and places in the thread, and the jobs that send those that are not
/// suppressed, when they may leave: a statement a table for any number of them.
pub async fn insert_all(
    tx: &mut WriteTx,
    account: AccountId,
    about: &About<'_>,
    mails: &[NewMail],
) -> Result<(), StorageError> {
    if mails.is_empty() {
        return Ok(());
    }
    let rows: Rows<MailRow<'_>> = Json(mails.iter().map(mail_row).collect());
    let recipients: Rows<NewRecipientRow<'_>> =
        Json(mails.iter().flat_map(|it| recipient_rows(it, about.at)).collect());
    db!(
        tx,
        execute(
            INSERT_MAILS,
            account,
            rows,
            about.task,
            about.comment,
            about.kind,
            about.author,
            about.from_name,
            about.from_address.as_str(),
            about.subject,
            about.at,
            i64::from(about.hops),
            about.mailbox
        )
    )?;
    db!(tx, execute(INSERT_RECIPIENTS, account, recipients))?;
    db!(tx, execute(INSERT_BEGUN, account, recipients, about.at))?;
    db!(tx, execute(INSERT_REFERENCES, account, rows, about.task, about.comment, about.at))?;
    let (held, sent): (Vec<&NewMail>, Vec<_>) =
        mails.iter().filter(|it| !it.is_suppressed).partition(|it| it.is_held(about.at));
    let jobs = sent.into_iter().map(|it| (it.job_id, it.id.uuid()));
    job::enqueue(tx, account, JobKind::SendMail, jobs, about.at).await?;
    for it in held {
        let (job, at) = ([(it.job_id, it.id.uuid())], it.leaves_at.unwrap_or(about.at));
        job::enqueue(tx, account, JobKind::SendMail, job, at).await?;
    }
    Ok(())
}

impl NewMail {
    fn is_held(&self, now: Timestamp) -> bool {
        self.leaves_at.is_some_and(|at| at > now)
    }

    fn state(&self, now: Timestamp) -> RecipientState {
        match self {
            it if it.is_suppressed => RecipientState::Suppressed,
            it if it.is_held(now) => RecipientState::Held,
            _ => RecipientState::Queued,
        }
    }
}

fn mail_row(mail: &NewMail) -> MailRow<'_> {
    MailRow {
        id: hex(mail.id.uuid()),
        language: mail.language.as_str(),
        message_id: &mail.message_id,
        in_reply_to: mail.references.last().map(String::as_str),
        reference_ids: &mail.references,
        form: &mail.form,
    }
}

fn recipient_rows(mail: &NewMail, now: Timestamp) -> impl Iterator<Item = NewRecipientRow<'_>> {
    mail.recipients.iter().map(move |it| NewRecipientRow {
        id: hex(mail.id.uuid()),
        event_id: hex(it.event_id.uuid()),
        person_id: hex(it.person.uuid()),
        name: &it.name,
        address: it.address.as_str(),
        address_key: it.address.key(),
        token_hash: HEXLOWER.encode(&it.token_hash),
        bounce_token_hash: HEXLOWER.encode(&it.bounce_token_hash),
        state: mail.state(now).as_str(),
        held_for: mail.held_for,
        leaves_at: mail.leaves_at.map(moment),
        is_automatic: mail.is_automatic,
    })
}

/// Writes the subjects that templates gave messages.
pub async fn update_subjects(
    tx: &mut WriteTx,
    account: AccountId,
    subjects: &[(OutgoingMailId, String)],
) -> Result<(), StorageError> {
    let rows = subjects.iter().map(|(id, subject)| SubjectRow { id: hex(id.uuid()), subject });
    let rows: Rows<SubjectRow<'_>> = Json(rows.collect());
    db!(tx, execute(UPDATE_SUBJECTS, account, rows)).map(drop)
}

/// Writes who in a comment's audience got nothing, and why.
pub async fn insert_skipped(
    tx: &mut WriteTx,
    account: AccountId,
    comment: CommentId,
    skipped: &[(PersonId, SkipReason)],
    at: Timestamp,
) -> Result<(), StorageError> {
    if skipped.is_empty() {
        return Ok(());
    }
    let row = |(person, reason): &(PersonId, SkipReason)| SkippedRow {
        person_id: hex(person.uuid()),
        reason: reason.as_str(),
    };
    let rows: Rows<SkippedRow> = Json(skipped.iter().map(row).collect());
    db!(tx, execute(INSERT_SKIPPED, account, comment, rows, at)).map(drop)
}

/// Forgets whom a comment left out for this reason: they get it now.
pub async fn delete_skipped(
    tx: &mut WriteTx,
    account: AccountId,
    comment: CommentId,
    reason: SkipReason,
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_SKIPPED, account, comment, reason)).map(drop)
}
