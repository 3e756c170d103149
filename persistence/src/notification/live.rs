//! Notices in the order in which they were committed, for those who are told of them at once.
//!
//! Ids and times are made before a commit, so two transactions may commit in the other order, and who asks for what is newer than
//! the last that he knows would miss one. So a commit takes a number from the account's counter, whose lock is its last,
//! and puts it on every notice that it tells or marks.

use std::collections::BTreeMap;

use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, MailboxId, NotificationId, PersonId, SessionId, TaskId},
    notification::NotificationKind,
    visibility::Scope,
};
use serde::Serialize;
use uuid::Uuid;

use super::{NotificationRow, notice_columns};
use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    sql::{Json, Scalar},
    visibility::visible_notice,
};

/// The notices that a transaction tells or marks, with whom they are for.
pub(crate) type Touched = BTreeMap<AccountId, Vec<(PersonId, NotificationId)>>;

/// A commit that told or marked notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub account: AccountId,
    /// The commit's number.
    pub sequence: i64,
    /// Whom they are for.
    pub people: Vec<PersonId>,
}

/// A place in the order of commits: a commit, and a notice among its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub sequence: i64,
    pub notice: NotificationId,
}

/// A session on whose behalf somebody listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListeningSession {
    pub account: AccountId,
    pub id: SessionId,
}

/// A session that may go on, and how far its account has come.
#[derive(Clone, Copy, Debug)]
pub struct LivingSession {
    pub account_id: AccountId,
    pub id: SessionId,
    pub notice_sequence: i64,
}
record!(LivingSession { account_id, id, notice_sequence });

/// What was told or read since a place.
#[derive(Clone, Debug, Default)]
pub struct Since {
    /// Those that the viewer may see, in the order of commits.
    pub notices: Vec<NotificationRow>,
    /// The last that was looked at, where one was.
    pub last: Option<Place>,
    /// There may be more after it.
    pub is_cut: bool,
}

struct ChangedRow {
    id: NotificationId,
    kind: NotificationKind,
    task_id: Option<TaskId>,
    task_number: Option<i64>,
    task_title: Option<String>,
    comment_id: Option<CommentId>,
    mailbox_id: Option<MailboxId>,
    author_id: Option<PersonId>,
    detail: Option<String>,
    created_at: Timestamp,
    read_at: Option<Timestamp>,
    changed_sequence: i64,
    is_seen: bool,
}
record!(ChangedRow {
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
    read_at,
    changed_sequence,
    is_seen
});

struct Stamps {
    told_sequence: Option<i64>,
    changed_sequence: Option<i64>,
    read_at: Option<Timestamp>,
}
record!(Stamps { told_sequence, changed_sequence, read_at });

#[derive(Serialize)]
struct Listening {
    account_id: Hex,
    id: Hex,
}

statements! {
    STAMP_NOTICES = [
        "UPDATE notification SET told_sequence = COALESCE(told_sequence, $2), changed_sequence = $2 \
         WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
    ];
    FIND_LAST = ["SELECT notice_sequence AS value FROM account_counter WHERE account_id = $1"];
    FIND_STAMPS = ["SELECT told_sequence, changed_sequence, read_at FROM notification \
        WHERE account_id = $1 AND person_id = $2 AND id = $3"];
    /// With what the viewer may not see, or the way past that would be gone again and again.
    LIST_SINCE = [
        "SELECT " notice_columns!() ", n.changed_sequence, (" visible_notice!("$2", "$3", "$4") ") AS is_seen \
         FROM notification n LEFT JOIN task t ON t.account_id = n.account_id AND t.id = n.task_id \
         WHERE n.account_id = $1 AND n.person_id = $2 AND (n.changed_sequence, n.id) > ($5, $6) \
         ORDER BY n.changed_sequence, n.id LIMIT $7"
    ];
    LIST_LIVING_SESSIONS = [
        "SELECT s.account_id, s.id, c.notice_sequence FROM "
        {
            sqlite: "json_each($1) l JOIN session s ON s.account_id = unhex(l.value ->> 'account_id') \
                AND s.id = unhex(l.value ->> 'id') ",
            postgres: "jsonb_to_recordset($1) AS l(account_id uuid, id uuid) \
                JOIN session s ON s.account_id = l.account_id AND s.id = l.id "
        }
        "JOIN employee e ON e.account_id = s.account_id AND e.id = s.person_id AND e.status = 'active' \
         JOIN login_identity i ON i.id = s.identity_id AND i.password_version = s.password_version \
         JOIN account_counter c ON c.account_id = s.account_id WHERE s.revoked_at IS NULL AND s.expires_at > $2"
    ];
}

/// Puts the commit's number on its notices.
pub(crate) async fn stamp(
    tx: &mut WriteTx,
    account: AccountId,
    sequence: i64,
    notices: Vec<(PersonId, NotificationId)>,
) -> Result<Heard, StorageError> {
    let ids = Ids::new(notices.iter().map(|it| it.1.uuid()));
    db!(tx, execute(STAMP_NOTICES, account, sequence, ids))?;
    let mut people: Vec<PersonId> = notices.into_iter().map(|it| it.0).collect();
    people.sort_unstable();
    people.dedup();
    Ok(Heard { account, sequence, people })
}

/// The place after everything that is there.
pub async fn last_place(tx: &mut dyn Tx, account: AccountId) -> Result<Place, StorageError> {
    let last = db!(tx, fetch_one::<Scalar<i64>>(FIND_LAST, account))?;
    Ok(Place { sequence: last.0, notice: NotificationId::new(Uuid::max()) })
}

/// The place where the person was told of a notice, or where he read it; none where that did not happen.
pub async fn find_place(
    tx: &mut dyn Tx,
    account: AccountId,
    person: PersonId,
    notice: NotificationId,
    read: bool,
) -> Result<Option<Place>, StorageError> {
    let stamps = db!(tx, fetch_optional::<Stamps>(FIND_STAMPS, account, person, notice))?;
    // Where it was read, nothing changes it any more.
    let place = |it: Stamps| if read { it.read_at.and(it.changed_sequence) } else { it.told_sequence };
    let sequence = stamps.and_then(place);
    Ok(sequence.map(|sequence| Place { sequence, notice }))
}

/// What was told to the viewer or read by him since a place; looks at no more than `most`.
pub async fn list_since(
    tx: &mut dyn Tx,
    account: AccountId,
    scope: Scope,
    after: Place,
    most: i64,
) -> Result<Since, StorageError> {
    let Scope { viewer, is_staff, sees_all, .. } = scope;
    let Place { sequence, notice } = after;
    let rows = db!(
        tx,
        fetch_all::<ChangedRow>(LIST_SINCE, account, viewer, is_staff, sees_all, sequence, notice, most)
    )?;
    Ok(Since {
        last: rows.last().map(|it| Place { sequence: it.changed_sequence, notice: it.id }),
        is_cut: i64::try_from(rows.len()).unwrap_or(most) >= most,
        notices: rows.into_iter().filter(|it| it.is_seen).map(Into::into).collect(),
    })
}

/// Those of these sessions that still may ask for anything.
pub async fn list_living(
    tx: &mut dyn Tx,
    sessions: impl IntoIterator<Item = ListeningSession>,
    now: Timestamp,
) -> Result<Vec<LivingSession>, StorageError> {
    let row = |it: ListeningSession| Listening { account_id: hex(it.account.uuid()), id: hex(it.id.uuid()) };
    let rows: Rows<Listening> = Json(sessions.into_iter().map(row).collect());
    db!(tx, fetch_all::<LivingSession>(LIST_LIVING_SESSIONS, rows, now))
}

impl From<ChangedRow> for NotificationRow {
    fn from(row: ChangedRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            task_id: row.task_id,
            task_number: row.task_number,
            task_title: row.task_title,
            comment_id: row.comment_id,
            mailbox_id: row.mailbox_id,
            author_id: row.author_id,
            detail: row.detail,
            created_at: row.created_at,
            read_at: row.read_at,
        }
    }
}
