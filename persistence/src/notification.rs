//! What employees are told in the application.

use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, NotificationId, PersonId, TaskId},
    notification::NotificationKind,
};
use serde::Serialize;

use crate::{
    database::WriteTx,
    error::StorageError,
    list::{Hex, Rows, hex},
    sql::Json,
};

/// A notice to one employee.
#[derive(Clone, Debug)]
pub struct NewNotification {
    pub id: NotificationId,
    pub person: PersonId,
    pub kind: NotificationKind,
    pub task: Option<TaskId>,
    pub comment: Option<CommentId>,
    /// What there is to say beside the kind.
    pub detail: Option<String>,
}

#[derive(Serialize)]
struct Row {
    id: Hex,
    person_id: Hex,
    kind: &'static str,
    task_id: Option<Hex>,
    comment_id: Option<Hex>,
    detail: Option<String>,
}

statements! {
    /// People who are no active employees are told nothing here.
    INSERT_NOTIFICATIONS = [
        "INSERT INTO notification (account_id, id, person_id, kind, task_id, comment_id, detail, created_at) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'id'), e.id, value ->> 'kind', unhex(value ->> 'task_id'), \
                unhex(value ->> 'comment_id'), value ->> 'detail', $3 FROM json_each($2) \
                JOIN employee e ON e.account_id = $1 AND e.id = unhex(value ->> 'person_id') AND e.status = 'active'",
            postgres: "SELECT $1, r.id, e.id, r.kind, r.task_id, r.comment_id, r.detail, $3 \
                FROM jsonb_to_recordset($2) AS r(id uuid, person_id uuid, kind text, task_id uuid, comment_id uuid, \
                detail text) \
                JOIN employee e ON e.account_id = $1 AND e.id = r.person_id AND e.status = 'active'"
        }
    ];
}

/// Tells the active employees among these people, in one statement.
pub async fn insert_all(
    tx: &mut WriteTx,
    account: AccountId,
    notices: impl IntoIterator<Item = NewNotification>,
    at: Timestamp,
) -> Result<(), StorageError> {
    let row = |it: NewNotification| Row {
        id: hex(it.id.uuid()),
        person_id: hex(it.person.uuid()),
        kind: it.kind.as_str(),
        task_id: it.task.map(|it| hex(it.uuid())),
        comment_id: it.comment.map(|it| hex(it.uuid())),
        detail: it.detail,
    };
    let rows: Rows<Row> = Json(notices.into_iter().map(row).collect());
    if rows.0.is_empty() {
        return Ok(());
    }
    db!(tx, execute(INSERT_NOTIFICATIONS, account, rows, at)).map(drop)
}
