//! What a recipient knows of a conversation already: the messages that a mail to him may repeat.

use std::collections::HashMap;

use liaison_domain::id::{AccountId, CommentId, PersonId, TaskId};

use crate::{
    database::Tx,
    error::StorageError,
    list::{Ids, in_ids},
    visibility::visible_comment,
};

struct HistoryRow {
    person_id: PersonId,
    id: CommentId,
}
record!(HistoryRow { person_id, id });

statements! {
    /// What a contact sees of a task beside the comment $4, and no stranger's words. Of the latest of each, $5.
    LIST_HISTORY = [
        "SELECT person_id, id FROM (SELECT p.id AS person_id, c.id, c.created_at, \
         ROW_NUMBER() OVER (PARTITION BY p.id ORDER BY c.created_at DESC, c.id DESC) AS place \
         FROM person p JOIN comment c ON c.account_id = p.account_id AND c.task_id = $2 AND c.id <> $4 \
         AND c.kind = 'message' AND c.unrecognized_sender = FALSE AND "
        visible_comment!("p.id", "FALSE", "FALSE")
        " WHERE p.account_id = $1 AND p.id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
        ") AS h WHERE place <= $5 ORDER BY person_id, created_at DESC, id DESC"
    ];
}

/// The latest `limit` messages of a task that each person wrote or was addressed in, newest first, but for one comment
/// (HIS-2, R24). What an unconfirmed sender wrote is not among them (R17).
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    people: impl IntoIterator<Item = PersonId>,
    but: CommentId,
    limit: i64,
) -> Result<HashMap<PersonId, Vec<CommentId>>, StorageError> {
    let people = Ids::new(people.into_iter().map(PersonId::uuid));
    let mut history: HashMap<PersonId, Vec<CommentId>> = HashMap::new();
    for row in db!(tx, fetch_all::<HistoryRow>(LIST_HISTORY, account, task, people, but, limit))? {
        history.entry(row.person_id).or_default().push(row.id);
    }
    Ok(history)
}
