//! What contacts reach in the portal. The audiences are its only source: of comments `comment_recipient`, of tasks
//! themselves `task_recipient`.

use liaison_domain::{
    Timestamp,
    file::File,
    id::{AccountId, FileId, OutgoingMailId, PersonId, TaskId},
    language::Language,
    visibility::Scope,
};
use uuid::Uuid;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    page::{Cursor, Page, PageRequest},
    sql::Scalar,
    visibility::{of_counterparty, open_to_company, visible_comment},
};

/// A contact who may come in.
#[derive(Clone, Debug)]
pub struct GuestRow {
    /// Himself, or whom he became one with since.
    pub id: PersonId,
    pub name: String,
    pub language: Option<Language>,
    pub sees_company_tasks: bool,
    pub account_language: Language,
}
record!(GuestRow { id, name, language, sees_company_tasks, account_language });

/// A task as a contact sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalTaskRow {
    pub id: TaskId,
    pub number: i64,
    pub title: String,
    /// Safe HTML; none where it was not for him.
    pub description_html: Option<String>,
    pub description_text: Option<String>,
    /// When the latest comment that he sees was written.
    pub last_comment_at: Option<Timestamp>,
    pub created_at: Timestamp,
}
record!(PortalTaskRow { id, number, title, description_html, description_text, last_comment_at, created_at });

record!(File { id, name, content_type, size, sha256, created_at });

/// Whether the task `t` itself was sent to the contact $2, or somebody addressed something in it to him, or it is open to him for
/// his company's sake where $3 says that he sees such (EXT-8). What he wrote himself opens no task to him: anybody can write to a
/// task's address (DASH-6, S2).
macro_rules! reached {
    () => {
        concat!(
            "t.id IN (SELECT c.task_id FROM comment_recipient r \
             JOIN comment c ON c.account_id = r.account_id AND c.id = r.comment_id \
             WHERE r.account_id = $1 AND r.person_id = $2 AND c.author_id <> $2 AND c.kind = 'message' AND ",
            visible_comment!("$2", "FALSE", "FALSE"),
            " UNION ALL SELECT s.task_id FROM task_recipient s WHERE s.account_id = $1 AND s.person_id = $2 \
             UNION ALL SELECT k.id FROM contact_company w \
             JOIN task k ON k.account_id = w.account_id AND k.counterparty_id = w.company_id \
             WHERE $3 AND w.account_id = $1 AND w.contact_id = $2 AND ",
            open_to_company!("$2"),
            ")"
        )
    };
}

/// Whether the contact $2 sees the description and the files of the task `t`: the words are his own, or they were sent to
/// him and he still has a role; or they are such to somebody of his company, whose tasks he sees where $3 says so.
macro_rules! described {
    () => {
        concat!(
            "(t.description_author_id = $2 OR EXISTS (SELECT 1 FROM task_recipient s \
             JOIN task_role h ON h.account_id = s.account_id AND h.task_id = s.task_id AND h.person_id = s.person_id \
             WHERE s.account_id = t.account_id AND s.person_id = $2 AND s.task_id = t.id) \
             OR ($3 AND EXISTS (SELECT 1 FROM task k WHERE k.account_id = t.account_id AND k.id = t.id AND ",
            open_to_company!("$2"),
            " AND (",
            of_counterparty!("t.description_author_id"),
            " OR EXISTS (SELECT 1 FROM task_role h JOIN task_recipient s ON s.account_id = h.account_id \
             AND s.person_id = h.person_id AND s.task_id = h.task_id \
             WHERE h.account_id = t.account_id AND h.task_id = t.id AND ",
            of_counterparty!("h.person_id"),
            ")))))"
        )
    };
}

macro_rules! columns {
    () => {
        concat!(
            "t.id, t.number, t.title, CASE WHEN ",
            described!(),
            " THEN t.description_html END AS description_html, CASE WHEN ",
            described!(),
            " THEN t.description_text END AS description_text, (SELECT MAX(c.created_at) FROM comment c \
             WHERE c.account_id = t.account_id AND c.task_id = t.id AND c.kind = 'message' AND ",
            visible_comment!("$2", "FALSE", "FALSE", "$3"),
            ") AS last_comment_at, t.created_at"
        )
    };
}

statements! {
    /// Who got the message $2 after $4 at an address that is still his, and may come in.
    FIND_GUEST = ["SELECT p.id, p.name, c.language, c.sees_company_tasks, o.language AS account_language FROM outgoing_recipient r \
        JOIN outgoing_mail m ON m.account_id = r.account_id AND m.id = r.mail_id \
        JOIN person q ON q.account_id = r.account_id AND q.id = r.person_id \
        JOIN person p ON p.account_id = r.account_id AND p.id = COALESCE(q.merged_into, q.id) AND p.deleted_at IS NULL \
        JOIN contact c ON c.account_id = p.account_id AND c.id = p.id \
        JOIN account o ON o.id = r.account_id \
        WHERE r.account_id = $1 AND r.mail_id = $2 AND r.person_id = $3 AND m.created_at > $4 \
        AND r.token_revoked_at IS NULL AND c.spam = FALSE AND c.portal_access = TRUE \
        AND EXISTS (SELECT 1 FROM person_address a WHERE a.account_id = r.account_id AND a.address_key = r.address_key \
            AND a.person_id = p.id)"];
    /// Whether the contact may come in, and no link went to him after $3.
    COUNT_ENTITLED = ["SELECT COUNT(*) AS value FROM contact c \
        JOIN person p ON p.account_id = c.account_id AND p.id = c.id AND p.deleted_at IS NULL \
        WHERE c.account_id = $1 AND c.id = $2 AND c.spam = FALSE AND c.portal_access = TRUE \
        AND NOT EXISTS (SELECT 1 FROM outgoing_recipient r \
            JOIN outgoing_mail m ON m.account_id = r.account_id AND m.id = r.mail_id \
            WHERE r.account_id = $1 AND r.person_id = $2 AND m.kind = 'portal_link' AND m.created_at > $3)"];
    INSERT_TASK_RECIPIENTS = [
        "INSERT INTO task_recipient (account_id, person_id, task_id) SELECT $1, p.id, $2 FROM person p \
         WHERE p.account_id = $1 AND p.id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
        " ON CONFLICT DO NOTHING"
    ];
    FIND_REACHED_TASK = ["SELECT " columns!() " FROM task t WHERE t.account_id = $1 AND t.id = $4 AND " reached!()];
    /// Ids of tasks sort by the time of their making.
    LIST_REACHED_TASKS = ["SELECT " columns!() " FROM task t WHERE t.account_id = $1 AND " reached!()
        " AND t.id < $4 ORDER BY t.id DESC LIMIT $5"];
    FIND_REACHED_FILE = [
        "SELECT f.id, f.name, f.content_type, f.size, f.sha256, f.created_at FROM file f \
         WHERE f.account_id = $1 AND f.id = $4 AND (EXISTS (SELECT 1 FROM comment_file a \
            JOIN comment c ON c.account_id = a.account_id AND c.id = a.comment_id AND c.kind = 'message' \
            JOIN task t ON t.account_id = c.account_id AND t.id = c.task_id \
            WHERE a.account_id = f.account_id AND a.file_id = f.id AND "
        visible_comment!("$2", "FALSE", "FALSE", "$3") " AND " reached!()
        ") OR EXISTS (SELECT 1 FROM task_file a JOIN task t ON t.account_id = a.account_id AND t.id = a.task_id \
            WHERE a.account_id = f.account_id AND a.file_id = f.id AND " described!() " AND " reached!() "))"
    ];
    /// What he uploaded and has not sent yet.
    LIST_UNSENT_FILES = [
        "SELECT f.id, f.name, f.content_type, f.size, f.sha256, f.created_at FROM file f WHERE f.account_id = $1 AND f.id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
        " AND f.uploaded_by IN (SELECT p.id FROM person p WHERE p.account_id = $1 AND (p.id = $2 OR p.merged_into = $2)) \
         AND NOT EXISTS (SELECT 1 FROM comment_file a WHERE a.account_id = f.account_id AND a.file_id = f.id) \
         AND NOT EXISTS (SELECT 1 FROM task_file a WHERE a.account_id = f.account_id AND a.file_id = f.id) ORDER BY f.id"
    ];
}

/// The contact to whom a message went after `since`, where he may come in by a link in it.
pub async fn find_guest(
    tx: &mut dyn Tx,
    account: AccountId,
    mail: OutgoingMailId,
    contact: PersonId,
    since: Timestamp,
) -> Result<Option<GuestRow>, StorageError> {
    db!(tx, fetch_optional::<GuestRow>(FIND_GUEST, account, mail, contact, since))
}

/// Whether a contact may come in by a link that he asks for, and none went to him after `since`.
pub async fn may_get_link(
    tx: &mut dyn Tx,
    account: AccountId,
    contact: PersonId,
    since: Timestamp,
) -> Result<bool, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_ENTITLED, account, contact, since))?.0 > 0)
}

/// Remembers that a task itself was sent to these contacts.
pub async fn insert_task_recipients(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    contacts: impl IntoIterator<Item = PersonId>,
) -> Result<(), StorageError> {
    let contacts: Vec<Uuid> = contacts.into_iter().map(PersonId::uuid).collect();
    if contacts.is_empty() {
        return Ok(());
    }
    let ids = Ids::new(contacts);
    db!(tx, execute(INSERT_TASK_RECIPIENTS, account, task, ids)).map(drop)
}

/// A task that something in was for the contact.
pub async fn find_task(
    tx: &mut dyn Tx,
    account: AccountId,
    scope: Scope,
    id: TaskId,
) -> Result<Option<PortalTaskRow>, StorageError> {
    db!(tx, fetch_optional::<PortalTaskRow>(FIND_REACHED_TASK, account, scope.viewer, scope.sees_company, id))
}

/// The tasks that something in was for the contact, newest first.
pub async fn list_tasks(
    tx: &mut dyn Tx,
    account: AccountId,
    scope: Scope,
    page: PageRequest,
) -> Result<Page<PortalTaskRow>, StorageError> {
    let before = page.before();
    let rows = db!(
        tx,
        fetch_all::<PortalTaskRow>(
            LIST_REACHED_TASKS,
            account,
            scope.viewer,
            scope.sees_company,
            before.id(),
            page.fetch()
        )
    )?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// A file of a comment or a description that the contact sees.
pub async fn find_file(
    tx: &mut dyn Tx,
    account: AccountId,
    scope: Scope,
    id: FileId,
) -> Result<Option<File>, StorageError> {
    db!(tx, fetch_optional::<File>(FIND_REACHED_FILE, account, scope.viewer, scope.sees_company, id))
}

/// Those of the files that the contact uploaded and has not sent yet.
pub async fn list_unsent_files(
    tx: &mut dyn Tx,
    account: AccountId,
    contact: PersonId,
    ids: impl IntoIterator<Item = FileId>,
) -> Result<Vec<File>, StorageError> {
    let ids = Ids::new(ids.into_iter().map(FileId::uuid));
    db!(tx, fetch_all::<File>(LIST_UNSENT_FILES, account, contact, ids))
}
