//! Which messages of ours a received mail answers.

use liaison_domain::id::{AccountId, CommentId, OutgoingMailId, PersonId, TaskId};

use crate::{
    database::Tx,
    error::StorageError,
    list::{Ids, Texts, in_ids},
    sql::Json,
};

/// A message to one recipient whose reply address was written to.
#[derive(Clone, Debug)]
pub struct TokenRow {
    pub token_hash: Vec<u8>,
    pub mail_id: OutgoingMailId,
    pub person_id: PersonId,
    pub task_id: TaskId,
    pub comment_id: Option<CommentId>,
}
record!(TokenRow { token_hash, mail_id, person_id, task_id, comment_id });

/// A message to one recipient.
#[derive(Clone, Copy, Debug)]
pub struct AnsweredRow {
    pub mail_id: OutgoingMailId,
    pub person_id: PersonId,
}
record!(AnsweredRow { mail_id, person_id });

/// A message to one recipient, and where in the conversation it stands.
#[derive(Clone, Copy, Debug)]
pub struct PlacedRow {
    pub mail_id: OutgoingMailId,
    pub person_id: PersonId,
    pub task_id: TaskId,
    pub comment_id: Option<CommentId>,
}
record!(PlacedRow { mail_id, person_id, task_id, comment_id });

statements! {
    /// What was revoked leads nowhere.
    LIST_BY_TOKENS = [
        "SELECT r.token_hash, r.mail_id, r.person_id, m.task_id, m.comment_id FROM outgoing_recipient r \
         JOIN outgoing_mail m ON m.account_id = r.account_id AND m.id = r.mail_id \
         WHERE r.account_id = $1 AND r.token_revoked_at IS NULL AND r.token_hash "
        {
            sqlite: "IN (SELECT unhex(value) FROM json_each($2))",
            postgres: "IN (SELECT decode(value, 'hex') FROM jsonb_array_elements_text($2))"
        }
        " ORDER BY r.mail_id"
    ];
    LIST_BY_MAILS = [
        "SELECT r.mail_id, r.person_id, m.task_id, m.comment_id FROM outgoing_recipient r \
         JOIN outgoing_mail m ON m.account_id = r.account_id AND m.id = r.mail_id \
         WHERE r.account_id = $1 AND r.token_revoked_at IS NULL AND r.mail_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY r.mail_id, r.person_id"
    ];
    /// The latest of the messages to a person in a task that have one of these Message-IDs.
    FIND_TO_PERSON = [
        "SELECT m.id AS mail_id, r.person_id FROM outgoing_mail m \
         JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id \
         JOIN person q ON q.account_id = r.account_id AND q.id = r.person_id \
         WHERE m.account_id = $1 AND m.task_id = $2 AND COALESCE(q.merged_into, q.id) = $3 AND m.message_id "
        { sqlite: "IN (SELECT value FROM json_each($4))", postgres: "= ANY($4)" }
        " ORDER BY m.created_at DESC, m.id DESC LIMIT 1"
    ];
}

/// The messages whose reply tokens have these digests (lower-case hex).
pub async fn list_by_tokens(
    tx: &mut dyn Tx,
    account: AccountId,
    digests: &[String],
) -> Result<Vec<TokenRow>, StorageError> {
    if digests.is_empty() {
        return Ok(Vec::new());
    }
    db!(tx, fetch_all::<TokenRow>(LIST_BY_TOKENS, account, Json(digests)))
}

/// Each of the messages to each of its recipients, but for those whose ways back were revoked.
pub async fn list_by_mails(
    tx: &mut dyn Tx,
    account: AccountId,
    mails: impl IntoIterator<Item = OutgoingMailId>,
) -> Result<Vec<PlacedRow>, StorageError> {
    let ids = Ids::new(mails.into_iter().map(OutgoingMailId::uuid));
    db!(tx, fetch_all::<PlacedRow>(LIST_BY_MAILS, account, ids))
}

/// The latest message to the person in the task among these Message-IDs.
pub async fn find_to_person(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    person: PersonId,
    message_ids: &[String],
) -> Result<Option<AnsweredRow>, StorageError> {
    let ids = Texts::new(message_ids.iter().cloned());
    db!(tx, fetch_optional::<AnsweredRow>(FIND_TO_PERSON, account, task, person, ids))
}
