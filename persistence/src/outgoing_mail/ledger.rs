//! The ledger as employees read it: each the messages of tasks that he takes part in, about comments that he sees.
//! Administrators read everything, the mail about comments deleted since too.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, OutgoingMailId, PersonId, TaskId},
    outgoing::{BounceClass, DeliveryEventType, MailKind, RecipientState},
    person::PersonKind,
    visibility::Scope,
};

use crate::{
    database::Tx,
    error::StorageError,
    list::{Ids, in_ids},
    page::{Cursor, Page, PageRequest},
    visibility::visible_comment,
};

/// A message.
#[derive(Clone, Debug)]
pub struct MailRow {
    pub id: OutgoingMailId,
    pub task_id: TaskId,
    pub comment_id: Option<CommentId>,
    pub kind: MailKind,
    pub from_name: String,
    pub from_address: String,
    pub subject: String,
    /// Without angle brackets.
    pub message_id: String,
    pub created_at: Timestamp,
}
record!(MailRow { id, task_id, comment_id, kind, from_name, from_address, subject, message_id, created_at });

/// How a message fares with a recipient.
#[derive(Clone, Debug)]
pub struct RecipientRow {
    pub mail_id: OutgoingMailId,
    /// Who he is today.
    pub person_id: PersonId,
    pub kind: PersonKind,
    /// As the mail was addressed.
    pub name: String,
    pub address: String,
    pub state: RecipientState,
    pub attempts: i64,
    pub last_reply: Option<String>,
    pub opened_at: Option<Timestamp>,
    pub bounce_class: Option<BounceClass>,
}
record!(RecipientRow {
    mail_id,
    person_id,
    kind,
    name,
    address,
    state,
    attempts,
    last_reply,
    opened_at,
    bounce_class
});

/// A line of a message's history.
#[derive(Clone, Debug)]
pub struct EventRow {
    pub at: Timestamp,
    /// None where it was one of several, and nobody knows who.
    pub person_id: Option<PersonId>,
    pub event: DeliveryEventType,
    pub caused_by: Option<String>,
    pub detail: Option<String>,
}
record!(EventRow { at, person_id, event, caused_by, detail });

macro_rules! columns {
    () => {
        "SELECT m.id, m.task_id, m.comment_id, m.kind, m.from_name, m.from_address, m.subject, m.message_id, m.created_at \
         FROM outgoing_mail m LEFT JOIN comment c ON c.account_id = m.account_id AND c.id = m.comment_id \
         WHERE m.account_id = $1"
    };
}

/// $2 reads every message; the others by their role in the task and by the comment: $3 the viewer, $4 works here, $5
/// sees all.
macro_rules! readable {
    () => {
        concat!(
            " AND ($2 = TRUE OR (EXISTS (SELECT 1 FROM task_role t \
             WHERE t.account_id = $1 AND t.task_id = m.task_id AND t.person_id = $3) AND (c.id IS NULL OR ",
            visible_comment!("$3", "$4", "$5"),
            ")))"
        )
    };
}

statements! {
    /// Newest first.
    LIST_MAILS = [columns!() readable!()
        " AND (m.task_id = $6 OR $6 IS NULL) \
         AND (EXISTS (SELECT 1 FROM outgoing_recipient r \
            JOIN person q ON q.account_id = r.account_id AND q.id = r.person_id \
            WHERE r.account_id = $1 AND r.mail_id = m.id AND (r.state = $7 OR $7 IS NULL) \
            AND (COALESCE(q.merged_into, q.id) = $8 OR $8 IS NULL)) OR ($7 IS NULL AND $8 IS NULL)) \
         AND (m.created_at, m.id) < ($9, $10) ORDER BY m.created_at DESC, m.id DESC LIMIT $11"];
    FIND_MAIL = [columns!() readable!() " AND m.id = $6"];
    LIST_RECIPIENTS = [
        "SELECT r.mail_id, COALESCE(p.merged_into, p.id) AS person_id, p.kind, r.name, r.address, r.state, r.attempts, r.last_reply, r.opened_at, \
         r.bounce_class FROM outgoing_recipient r JOIN person p ON p.account_id = r.account_id AND p.id = r.person_id \
         WHERE r.account_id = $1 AND r.mail_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY r.mail_id, r.person_id"
    ];
    LIST_EVENTS = ["SELECT e.at, COALESCE(p.merged_into, p.id) AS person_id, e.type AS event, e.caused_by, e.detail \
        FROM delivery_event e LEFT JOIN person p ON p.account_id = e.account_id AND p.id = e.person_id \
        WHERE e.account_id = $1 AND e.mail_id = $2 ORDER BY e.at, e.id"];
}

/// Which messages to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Of some recipient.
    pub state: Option<RecipientState>,
    pub task: Option<TaskId>,
    /// A recipient.
    pub person: Option<PersonId>,
}

/// Who reads.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// Reads every message of the account.
    pub is_admin: bool,
    pub scope: Scope,
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    reader: Reader,
    filter: Filter,
    page: PageRequest,
) -> Result<Page<MailRow>, StorageError> {
    let (scope, before) = (reader.scope, page.before());
    let rows = db!(
        tx,
        fetch_all::<MailRow>(
            LIST_MAILS,
            account,
            reader.is_admin,
            scope.viewer,
            scope.is_staff,
            scope.sees_all,
            filter.task,
            filter.state,
            filter.person,
            before.at(),
            before.id(),
            page.fetch()
        )
    )?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    reader: Reader,
    id: OutgoingMailId,
) -> Result<Option<MailRow>, StorageError> {
    let scope = reader.scope;
    db!(
        tx,
        fetch_optional::<MailRow>(
            FIND_MAIL,
            account,
            reader.is_admin,
            scope.viewer,
            scope.is_staff,
            scope.sees_all,
            id
        )
    )
}

/// The recipients of each message.
pub async fn list_recipients(
    tx: &mut dyn Tx,
    account: AccountId,
    mails: impl IntoIterator<Item = OutgoingMailId>,
) -> Result<HashMap<OutgoingMailId, Vec<RecipientRow>>, StorageError> {
    let ids = Ids::new(mails.into_iter().map(OutgoingMailId::uuid));
    let mut recipients: HashMap<OutgoingMailId, Vec<RecipientRow>> = HashMap::new();
    for row in db!(tx, fetch_all::<RecipientRow>(LIST_RECIPIENTS, account, ids))? {
        recipients.entry(row.mail_id).or_default().push(row);
    }
    Ok(recipients)
}

/// A message's history, oldest first.
pub async fn list_events(
    tx: &mut dyn Tx,
    account: AccountId,
    mail: OutgoingMailId,
) -> Result<Vec<EventRow>, StorageError> {
    db!(tx, fetch_all::<EventRow>(LIST_EVENTS, account, mail))
}
