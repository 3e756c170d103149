//! Message-IDs that make a conversation of mails.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, PersonId, TaskId},
};

use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, Texts, hex, in_ids},
    sql::Json,
};

/// A Message-ID that belongs to a conversation.
#[derive(Clone, Debug)]
pub struct ReferenceRow {
    /// Without angle brackets.
    pub message_id: String,
    pub task_id: TaskId,
    pub comment_id: Option<CommentId>,
    /// We made it.
    pub is_ours: bool,
}
record!(ReferenceRow { message_id, task_id, comment_id, is_ours });

/// A Message-ID that a provider gave to a mail of ours.
#[derive(Clone, Debug)]
pub struct GivenId {
    /// Without angle brackets; of some only the left part is known.
    pub message_id: String,
    pub task: TaskId,
    pub comment: Option<CommentId>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of the columns")]
struct GivenRow<'a> {
    message_id: &'a str,
    task_id: Hex,
    comment_id: Option<Hex>,
}

struct KnownRow {
    person_id: PersonId,
    message_id: String,
}
record!(KnownRow { person_id, message_id });

/// A mail of a conversation.
#[derive(Clone, Debug)]
pub struct MailRow {
    /// Without angle brackets.
    pub message_id: String,
    pub comment_id: Option<CommentId>,
}
record!(MailRow { message_id, comment_id });

statements! {
    LIST_BETWEEN = ["SELECT message_id, comment_id FROM (\
        SELECT m.message_id, m.comment_id, m.created_at AS at FROM outgoing_mail m \
        JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id \
        WHERE m.account_id = $1 AND m.task_id = $2 AND r.person_id = $3 \
        AND r.state NOT IN ('bounced', 'failed', 'suppressed') \
        UNION ALL SELECT t.message_id, t.comment_id, t.created_at FROM thread_reference t \
        JOIN task k ON k.account_id = t.account_id AND k.id = t.task_id \
        LEFT JOIN comment c ON c.account_id = t.account_id AND c.id = t.comment_id \
        WHERE t.account_id = $1 AND t.task_id = $2 AND t.is_ours = FALSE AND COALESCE(c.author_id, k.created_by) = $3\
        ) AS mails ORDER BY at DESC, message_id LIMIT 200"];
    LIST_REFERENCES = [
        "SELECT message_id, task_id, comment_id, is_ours FROM thread_reference WHERE account_id = $1 AND message_id "
        { sqlite: "IN (SELECT value FROM json_each($2))", postgres: "= ANY($2)" }
        " ORDER BY message_id"
    ];
    /// An id that is known stays where it is (R7: broken programs use one again).
    INSERT_RECEIVED = ["INSERT INTO thread_reference (account_id, message_id, task_id, comment_id, is_ours, created_at) \
        VALUES ($1, $2, $3, $4, FALSE, $5) ON CONFLICT DO NOTHING"];
    /// Ours too: a mail that comes back under it is the one that left (R16).
    INSERT_GIVEN = [
        "INSERT INTO thread_reference (account_id, message_id, task_id, comment_id, is_ours, created_at) "
        {
            sqlite: "SELECT $1, value ->> 'message_id', unhex(value ->> 'task_id'), unhex(value ->> 'comment_id'), TRUE, \
                $3 FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, message_id, task_id, comment_id, TRUE, $3 \
                FROM jsonb_to_recordset($2) AS r(message_id text, task_id uuid, comment_id uuid)"
        }
        " ON CONFLICT DO NOTHING"
    ];
    /// Ours that are on their way to him or arrived, and his own: the first of the task, and the latest 19 (R33).
    LIST_KNOWN = [
        "SELECT person_id, message_id FROM (\
           SELECT person_id, message_id, ROW_NUMBER() OVER (PARTITION BY person_id ORDER BY at, message_id) AS position, \
           COUNT(*) OVER (PARTITION BY person_id) AS total FROM (\
             SELECT COALESCE(q.merged_into, q.id) AS person_id, m.message_id, m.created_at AS at FROM outgoing_mail m \
             JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id \
             JOIN person q ON q.account_id = r.account_id AND q.id = r.person_id \
             WHERE m.account_id = $1 AND m.task_id = $2 AND r.state NOT IN ('bounced', 'failed', 'suppressed') \
             UNION ALL SELECT COALESCE(c.author_id, v.merged_into, v.id), t.message_id, t.created_at \
             FROM thread_reference t JOIN task k ON k.account_id = t.account_id AND k.id = t.task_id \
             JOIN person v ON v.account_id = k.account_id AND v.id = k.created_by \
             LEFT JOIN comment c ON c.account_id = t.account_id AND c.id = t.comment_id \
             WHERE t.account_id = $1 AND t.task_id = $2 AND t.is_ours = FALSE\
           ) AS known WHERE person_id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
        ") AS numbered WHERE position = 1 OR position > total - 19 ORDER BY person_id, position"
    ];
}

/// The mails of a task between a person and us, the latest first, at most 200: which left to him, and which he sent.
pub async fn list_between(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    person: PersonId,
) -> Result<Vec<MailRow>, StorageError> {
    db!(tx, fetch_all::<MailRow>(LIST_BETWEEN, account, task, person))
}

/// The Message-IDs of a task that each of these people has, without angle brackets, oldest first, at most 20.
pub async fn list_known(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, Vec<String>>, StorageError> {
    let ids = Ids::new(people.into_iter().map(PersonId::uuid));
    let mut known: HashMap<PersonId, Vec<String>> = HashMap::new();
    for row in db!(tx, fetch_all::<KnownRow>(LIST_KNOWN, account, task, ids))? {
        known.entry(row.person_id).or_default().push(row.message_id);
    }
    Ok(known)
}

/// Which of these Message-IDs are known, and where they belong.
pub async fn list_references(
    tx: &mut dyn Tx,
    account: AccountId,
    message_ids: impl IntoIterator<Item = String>,
) -> Result<Vec<ReferenceRow>, StorageError> {
    db!(tx, fetch_all::<ReferenceRow>(LIST_REFERENCES, account, Texts::new(message_ids)))
}

/// Keeps the Message-ID of a received mail, so that an answer to it finds the conversation.
pub async fn insert_received(
    tx: &mut WriteTx,
    account: AccountId,
    message_id: &str,
    task: TaskId,
    comment: Option<CommentId>,
    at: Timestamp,
) -> Result<(), StorageError> {
    db!(tx, execute(INSERT_RECEIVED, account, message_id, task, comment, at)).map(drop)
}

/// Keeps the Message-IDs that providers gave to mails of ours.
pub async fn insert_given(
    tx: &mut WriteTx,
    account: AccountId,
    ids: &[GivenId],
    at: Timestamp,
) -> Result<(), StorageError> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows: Rows<GivenRow<'_>> = Json(ids.iter().map(given).collect());
    db!(tx, execute(INSERT_GIVEN, account, rows, at)).map(drop)
}

fn given(id: &GivenId) -> GivenRow<'_> {
    GivenRow {
        message_id: &id.message_id,
        task_id: hex(id.task.uuid()),
        comment_id: id.comment.map(|it| hex(it.uuid())),
    }
}
