//! What employees are told in the application; [`live`] is how they hear of it at once.

pub mod listeners;
pub mod live;

use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, MailboxId, NotificationId, PersonId, TaskId},
    notification::NotificationKind,
    visibility::Scope,
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    page::{Cursor, Page, PageRequest},
    sql::{Json, Scalar},
};

/// A notice to one employee.
#[derive(Clone, Debug)]
pub struct NewNotification {
    pub id: NotificationId,
    pub person: PersonId,
    pub kind: NotificationKind,
    pub task: Option<TaskId>,
    pub comment: Option<CommentId>,
    /// Who did it, where a person did.
    pub author: Option<PersonId>,
    /// What there is to say beside the kind.
    pub detail: Option<String>,
}

/// A notice as it is shown to whom it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationRow {
    pub id: NotificationId,
    pub kind: NotificationKind,
    pub task_id: Option<TaskId>,
    pub task_number: Option<i64>,
    pub task_title: Option<String>,
    pub comment_id: Option<CommentId>,
    pub mailbox_id: Option<MailboxId>,
    pub author_id: Option<PersonId>,
    pub detail: Option<String>,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}
record!(NotificationRow {
    id,
    kind,
    task_id,
    task_number,
    task_title,
    comment_id,
    mailbox_id,
    author_id,
    detail,
    created_at,
    read_at
});

#[derive(Serialize)]
struct Row {
    id: Hex,
    person_id: Hex,
    kind: &'static str,
    task_id: Option<Hex>,
    comment_id: Option<Hex>,
    author_id: Option<Hex>,
    detail: Option<String>,
}

/// The notices of the viewer $2 that he may see.
macro_rules! seen {
    () => {
        concat!(
            "FROM notification n LEFT JOIN task t ON t.account_id = n.account_id AND t.id = n.task_id \
             WHERE n.account_id = $1 AND n.person_id = $2 AND ",
            $crate::visibility::visible_notice!("$2", "$3", "$4")
        )
    };
}

macro_rules! page {
    () => {
        " AND (n.created_at, n.id) < ($5, $6) ORDER BY n.created_at DESC, n.id DESC LIMIT $7"
    };
}

macro_rules! notice_columns {
    () => {
        "n.id, n.kind, n.task_id, t.number AS task_number, t.title AS task_title, n.comment_id, n.mailbox_id, n.author_id, \
         n.detail, n.created_at, n.read_at "
    };
}
use notice_columns;

statements! {
    /// People who are no active employees are told nothing here.
    INSERT_NOTIFICATIONS = [
        "INSERT INTO notification (account_id, id, person_id, kind, task_id, comment_id, author_id, detail, created_at) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'id'), e.id, value ->> 'kind', unhex(value ->> 'task_id'), \
                unhex(value ->> 'comment_id'), unhex(value ->> 'author_id'), value ->> 'detail', $3 FROM json_each($2) \
                JOIN employee e ON e.account_id = $1 AND e.id = unhex(value ->> 'person_id') AND e.status = 'active'",
            postgres: "SELECT $1, r.id, e.id, r.kind, r.task_id, r.comment_id, r.author_id, r.detail, $3 \
                FROM jsonb_to_recordset($2) AS r(id uuid, person_id uuid, kind text, task_id uuid, comment_id uuid, \
                author_id uuid, detail text) \
                JOIN employee e ON e.account_id = $1 AND e.id = r.person_id AND e.status = 'active'"
        }
    ];
    /// Newest first.
    LIST_NOTIFICATIONS = ["SELECT " notice_columns!() seen!() page!()];
    LIST_UNREAD = ["SELECT " notice_columns!() seen!() " AND n.read_at IS NULL" page!()];
    COUNT_UNREAD = ["SELECT COUNT(*) AS value FROM (SELECT 1 AS one " seen!() " AND n.read_at IS NULL LIMIT $5) AS unread"];
    /// In one order, so that of two who mark the same ones the second waits for the first. Only PostgreSQL has several writers.
    LOCK_OWN = [
        "SELECT id AS value FROM notification WHERE account_id = $1 AND person_id = $2 AND id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
        " ORDER BY id"
        { sqlite: "", postgres: " FOR NO KEY UPDATE" }
    ];
    LOCK_UNREAD = [
        "SELECT id AS value FROM notification WHERE account_id = $1 AND person_id = $2 AND read_at IS NULL ORDER BY id"
        { sqlite: "", postgres: " FOR NO KEY UPDATE" }
    ];
    MARK_READ = [
        "UPDATE notification SET read_at = $3 WHERE account_id = $1 AND read_at IS NULL AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " RETURNING id AS value"
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
        author_id: it.author.map(|it| hex(it.uuid())),
        detail: it.detail,
    };
    let mut touched = Vec::new();
    let noted = notices.into_iter().inspect(|it| touched.push((it.person, it.id)));
    let rows: Rows<Row> = Json(noted.map(row).collect());
    if rows.0.is_empty() {
        return Ok(());
    }
    tx.touched.entry(account).or_default().append(&mut touched);
    db!(tx, execute(INSERT_NOTIFICATIONS, account, rows, at)).map(drop)
}

/// What the viewer was told and still may see, newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    scope: Scope,
    unread_only: bool,
    page: PageRequest,
) -> Result<Page<NotificationRow>, StorageError> {
    let Scope { viewer, is_staff, sees_all, .. } = scope;
    let (before, most) = (page.before(), page.fetch());
    let (at, id) = (before.at(), before.id());
    let rows = if unread_only {
        db!(tx, fetch_all::<NotificationRow>(LIST_UNREAD, account, viewer, is_staff, sees_all, at, id, most))?
    } else {
        db!(
            tx,
            fetch_all::<NotificationRow>(
                LIST_NOTIFICATIONS,
                account,
                viewer,
                is_staff,
                sees_all,
                at,
                id,
                most
            )
        )?
    };
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// How many of those that he may see the viewer has not read; counts to `most` and no further.
pub async fn count_unread(
    tx: &mut dyn Tx,
    account: AccountId,
    scope: Scope,
    most: i64,
) -> Result<i64, StorageError> {
    let Scope { viewer, is_staff, sees_all, .. } = scope;
    let count = db!(tx, fetch_one::<Scalar<i64>>(COUNT_UNREAD, account, viewer, is_staff, sees_all, most))?;
    Ok(count.0)
}

/// Those of these notices that are for the person, whether he may see them or not; nobody else marks them until the end of the
/// transaction.
pub async fn lock_own(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    ids: &[NotificationId],
) -> Result<Vec<NotificationId>, StorageError> {
    let ids = Ids::new(ids.iter().map(|it| it.uuid()));
    let rows = db!(tx, fetch_all::<Scalar<NotificationId>>(LOCK_OWN, account, person, ids))?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// All that the person has not read; nobody else marks them until the end of the transaction.
pub async fn lock_unread(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
) -> Result<Vec<NotificationId>, StorageError> {
    let rows = db!(tx, fetch_all::<Scalar<NotificationId>>(LOCK_UNREAD, account, person))?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Marks those of the person's notices as read that are not yet.
pub async fn mark_read(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    ids: &[NotificationId],
    at: Timestamp,
) -> Result<(), StorageError> {
    let ids = Ids::new(ids.iter().map(|it| it.uuid()));
    let marked = db!(tx, fetch_all::<Scalar<NotificationId>>(MARK_READ, account, ids, at))?;
    if !marked.is_empty() {
        tx.touched.entry(account).or_default().extend(marked.into_iter().map(|it| (person, it.0)));
    }
    Ok(())
}
