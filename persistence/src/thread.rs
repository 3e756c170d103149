//! Message-IDs that make a conversation of mails.

use std::collections::HashMap;

use liaison_domain::id::{AccountId, PersonId, TaskId};

use crate::{
    database::Tx,
    error::StorageError,
    list::{Ids, in_ids},
};

struct KnownRow {
    person_id: PersonId,
    message_id: String,
}
record!(KnownRow { person_id, message_id });

statements! {
    /// Ours that are on their way to him or arrived, and his own: the first of the task, and the latest 19 (R33).
    LIST_KNOWN = [
        "SELECT person_id, message_id FROM (\
           SELECT person_id, message_id, ROW_NUMBER() OVER (PARTITION BY person_id ORDER BY at, message_id) AS position, \
           COUNT(*) OVER (PARTITION BY person_id) AS total FROM (\
             SELECT r.person_id, m.message_id, m.created_at AS at FROM outgoing_mail m \
             JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id \
             WHERE m.account_id = $1 AND m.task_id = $2 AND r.state NOT IN ('bounced', 'failed', 'suppressed') \
             UNION ALL SELECT COALESCE(c.author_id, k.created_by), t.message_id, t.created_at FROM thread_reference t \
             JOIN task k ON k.account_id = t.account_id AND k.id = t.task_id \
             LEFT JOIN comment c ON c.account_id = t.account_id AND c.id = t.comment_id \
             WHERE t.account_id = $1 AND t.task_id = $2 AND t.is_ours = FALSE\
           ) AS known WHERE person_id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
        ") AS numbered WHERE position = 1 OR position > total - 19 ORDER BY person_id, position"
    ];
}

/// The Message-IDs of a task that each of these people has, without angle brackets, oldest first, at most 20.
pub async fn list_known(
    tx: &mut impl Tx,
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
