//! Files: names and types over content that is kept once an account, and what they are attached to.

use std::collections::HashMap;

use bytes::Bytes;
use liaison_domain::{
    Timestamp,
    file::{AttachedFile, Attachment, File},
    id::{AccountId, CommentId, FileId, OutgoingMailId, PersonId, TaskId},
    visibility::Scope,
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    sql::Json,
    visibility::visible_comment,
};

struct FileRow {
    id: FileId,
    name: String,
    content_type: String,
    size: i64,
    sha256: Vec<u8>,
    created_at: Timestamp,
}
record!(FileRow { id, name, content_type, size, sha256, created_at });

struct TaskFileRow {
    task_id: TaskId,
    content_id: Option<String>,
    id: FileId,
    name: String,
    content_type: String,
    size: i64,
    sha256: Vec<u8>,
    created_at: Timestamp,
}
record!(TaskFileRow { task_id, content_id, id, name, content_type, size, sha256, created_at });

struct CommentFileRow {
    comment_id: CommentId,
    content_id: Option<String>,
    id: FileId,
    name: String,
    content_type: String,
    size: i64,
    sha256: Vec<u8>,
    created_at: Timestamp,
}
record!(CommentFileRow { comment_id, content_id, id, name, content_type, size, sha256, created_at });

struct ContentRow {
    content: Option<Bytes>,
}
record!(ContentRow { content });

/// Content that an account has.
#[derive(Clone, Debug)]
pub struct BlobRow {
    /// Bytes.
    pub size: i64,
    /// The bytes of small content; none where it lies in the storage.
    pub content: Option<Bytes>,
}
record!(BlobRow { size, content });

#[derive(Serialize)]
struct NewAttachment {
    file_id: Hex,
    position: usize,
    content_id: Option<String>,
}

statements! {
    /// The same content again is the same row.
    INSERT_BLOB = ["INSERT INTO blob (account_id, sha256, size, content) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"];
    INSERT_FILE = ["INSERT INTO file (account_id, id, sha256, name, content_type, size, uploaded_by, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"];
    FIND_CONTENT = ["SELECT content FROM blob WHERE account_id = $1 AND sha256 = $2"];
    FIND_BLOB = ["SELECT size, content FROM blob WHERE account_id = $1 AND sha256 = $2"];
    LIST_FILES = [
        "SELECT id, name, content_type, size, sha256, created_at FROM file WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY id"
    ];
    /// What an employee may read: what he uploaded, and what hangs on a task that he has a role in or on a comment there
    /// that he sees ($3, $4, $5: his scope); administrators ($6) read everything.
    LIST_VISIBLE = [
        "SELECT f.id, f.name, f.content_type, f.size, f.sha256, f.created_at FROM file f WHERE f.account_id = $1 AND f.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " AND ($6 OR f.uploaded_by = $3 \
         OR EXISTS (SELECT 1 FROM task_file a \
           JOIN task_role r ON r.account_id = a.account_id AND r.task_id = a.task_id AND r.person_id = $3 \
           WHERE a.account_id = f.account_id AND a.file_id = f.id) \
         OR EXISTS (SELECT 1 FROM comment_file a \
           JOIN comment c ON c.account_id = a.account_id AND c.id = a.comment_id AND c.deleted_at IS NULL \
           JOIN task_role r ON r.account_id = c.account_id AND r.task_id = c.task_id AND r.person_id = $3 \
           WHERE a.account_id = f.account_id AND a.file_id = f.id AND "
        visible_comment!("$3", "$4", "$5")
        ")) ORDER BY f.id"
    ];
    /// A file of a message, for somebody who got that message after $4 and may still see what the file hangs on: he is
    /// addressed in the comment, or has a role in the task.
    FIND_LINKED = [
        "SELECT f.id, f.name, f.content_type, f.size, f.sha256, f.created_at FROM outgoing_mail m \
         JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id AND r.token_revoked_at IS NULL \
         JOIN person q ON q.account_id = r.account_id AND q.id = r.person_id \
         JOIN person p ON p.account_id = q.account_id AND p.id = COALESCE(q.merged_into, q.id) AND p.deleted_at IS NULL \
         JOIN file f ON f.account_id = m.account_id AND f.id = $3 \
         WHERE m.account_id = $1 AND m.id = $2 AND m.created_at > $4 \
         AND (EXISTS (SELECT 1 FROM comment_file a \
            JOIN comment c ON c.account_id = a.account_id AND c.id = a.comment_id \
            WHERE a.account_id = m.account_id AND a.comment_id = m.comment_id AND a.file_id = f.id AND "
        visible_comment!("p.id", "FALSE", "FALSE")
        ") OR (m.comment_id IS NULL AND EXISTS (SELECT 1 FROM task_file a \
            JOIN task_role t ON t.account_id = a.account_id AND t.task_id = a.task_id AND t.person_id = p.id \
            WHERE a.account_id = m.account_id AND a.task_id = m.task_id AND a.file_id = f.id))) LIMIT 1"
    ];
    INSERT_COMMENT_FILES = [
        "INSERT INTO comment_file (account_id, comment_id, file_id, position, content_id) "
        {
            sqlite: "SELECT $1, $2, unhex(value ->> 'file_id'), value ->> 'position', value ->> 'content_id' \
                FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, file_id, position, content_id \
                FROM jsonb_to_recordset($3) AS r(file_id uuid, position bigint, content_id text)"
        }
        " ON CONFLICT DO NOTHING"
    ];
    INSERT_TASK_FILES = [
        "INSERT INTO task_file (account_id, task_id, file_id, position, content_id) "
        {
            sqlite: "SELECT $1, $2, unhex(value ->> 'file_id'), value ->> 'position', value ->> 'content_id' \
                FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, file_id, position, content_id \
                FROM jsonb_to_recordset($3) AS r(file_id uuid, position bigint, content_id text)"
        }
        " ON CONFLICT DO NOTHING"
    ];
    LIST_OF_COMMENTS = [
        "SELECT a.comment_id, a.content_id, f.id, f.name, f.content_type, f.size, f.sha256, f.created_at \
         FROM comment_file a JOIN file f ON f.account_id = a.account_id AND f.id = a.file_id \
         WHERE a.account_id = $1 AND a.comment_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY a.comment_id, a.position"
    ];
    LIST_OF_TASKS = [
        "SELECT a.task_id, a.content_id, f.id, f.name, f.content_type, f.size, f.sha256, f.created_at \
         FROM task_file a JOIN file f ON f.account_id = a.account_id AND f.id = a.file_id \
         WHERE a.account_id = $1 AND a.task_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY a.task_id, a.position"
    ];
}

/// Inserts a file whose content the account has.
pub async fn insert_named(
    tx: &mut WriteTx,
    account: AccountId,
    uploader: PersonId,
    file: &File,
) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            INSERT_FILE,
            account,
            file.id,
            file.sha256,
            file.name,
            file.content_type,
            file.size,
            uploader,
            file.created_at
        )
    )
    .map(drop)
}

/// Inserts a file and its content: the bytes where they are small, none where they lie in the storage under their
/// digest.
pub async fn insert(
    tx: &mut WriteTx,
    account: AccountId,
    uploader: PersonId,
    file: &File,
    content: Option<Bytes>,
) -> Result<(), StorageError> {
    insert_content(tx, account, &file.sha256, file.size, content).await?;
    insert_named(tx, account, uploader, file).await
}

/// Says that the account has this content: the bytes where they are small, none where they lie in the storage.
pub async fn insert_content(
    tx: &mut WriteTx,
    account: AccountId,
    sha256: &[u8],
    size: i64,
    content: Option<Bytes>,
) -> Result<(), StorageError> {
    db!(tx, execute(INSERT_BLOB, account, sha256, size, content)).map(drop)
}

/// A file whoever asks; for callers that hold another proof than a viewer's scope.
pub async fn find(tx: &mut dyn Tx, account: AccountId, id: FileId) -> Result<Option<File>, StorageError> {
    Ok(find_many(tx, account, [id]).await?.remove(&id))
}

/// Files whoever asks; what is unknown is left out.
pub async fn find_many(
    tx: &mut dyn Tx,
    account: AccountId,
    ids: impl IntoIterator<Item = FileId>,
) -> Result<HashMap<FileId, File>, StorageError> {
    let ids = Ids::new(ids.into_iter().map(FileId::uuid));
    Ok(by_id(db!(tx, fetch_all::<FileRow>(LIST_FILES, account, ids))?))
}

/// Those of the files that an employee may read; what is unknown or not for him is left out.
pub async fn list_visible(
    tx: &mut dyn Tx,
    account: AccountId,
    scope: Scope,
    is_admin: bool,
    ids: impl IntoIterator<Item = FileId>,
) -> Result<HashMap<FileId, File>, StorageError> {
    let ids = Ids::new(ids.into_iter().map(FileId::uuid));
    let rows = db!(
        tx,
        fetch_all::<FileRow>(
            LIST_VISIBLE,
            account,
            ids,
            scope.viewer,
            scope.is_staff,
            scope.sees_all,
            is_admin
        )
    )?;
    Ok(by_id(rows))
}

/// A file of a message that was written after `since`, where a recipient of the message may see it still.
pub async fn find_linked(
    tx: &mut dyn Tx,
    account: AccountId,
    mail: OutgoingMailId,
    id: FileId,
    since: Timestamp,
) -> Result<Option<File>, StorageError> {
    let row = db!(tx, fetch_optional::<FileRow>(FIND_LINKED, account, mail, id, since))?;
    Ok(row.map(File::from))
}

/// The bytes of small content; none where it lies in the storage.
pub async fn content(
    tx: &mut dyn Tx,
    account: AccountId,
    sha256: &[u8],
) -> Result<Option<Bytes>, StorageError> {
    Ok(db!(tx, fetch_one::<ContentRow>(FIND_CONTENT, account, sha256))?.content)
}

/// Content by its digest, where the account has it.
pub async fn find_blob(
    tx: &mut dyn Tx,
    account: AccountId,
    sha256: &[u8],
) -> Result<Option<BlobRow>, StorageError> {
    db!(tx, fetch_optional::<BlobRow>(FIND_BLOB, account, sha256))
}

/// Attaches files to a comment that has none yet, in this order; the same file twice hangs there once.
pub async fn attach_to_comment(
    tx: &mut WriteTx,
    account: AccountId,
    comment: CommentId,
    attachments: &[Attachment],
) -> Result<(), StorageError> {
    if attachments.is_empty() {
        return Ok(());
    }
    db!(tx, execute(INSERT_COMMENT_FILES, account, comment, rows(attachments))).map(drop)
}

fn rows(attachments: &[Attachment]) -> Rows<NewAttachment> {
    let row = |(position, it): (usize, &Attachment)| NewAttachment {
        file_id: hex(it.file.uuid()),
        position,
        content_id: it.content_id.clone(),
    };
    Json(attachments.iter().enumerate().map(row).collect())
}

/// Attaches files to a task that has none yet, in this order; the same file twice hangs there once.
pub async fn attach_to_task(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    attachments: &[Attachment],
) -> Result<(), StorageError> {
    if attachments.is_empty() {
        return Ok(());
    }
    db!(tx, execute(INSERT_TASK_FILES, account, task, rows(attachments))).map(drop)
}

/// The files of each comment, in their order; comments without files are left out.
pub async fn list_of_comments(
    tx: &mut dyn Tx,
    account: AccountId,
    comments: &[CommentId],
) -> Result<HashMap<CommentId, Vec<AttachedFile>>, StorageError> {
    let ids = Ids::new(comments.iter().map(|id| id.uuid()));
    let mut files: HashMap<CommentId, Vec<AttachedFile>> = HashMap::new();
    for row in db!(tx, fetch_all::<CommentFileRow>(LIST_OF_COMMENTS, account, ids))? {
        let CommentFileRow { comment_id, content_id, id, name, content_type, size, sha256, created_at } = row;
        let file = File { id, name, content_type, size, sha256, created_at };
        files.entry(comment_id).or_default().push(AttachedFile { file, content_id });
    }
    Ok(files)
}

/// The files of each task, in their order; tasks without files are left out.
pub async fn list_of_tasks(
    tx: &mut dyn Tx,
    account: AccountId,
    tasks: &[TaskId],
) -> Result<HashMap<TaskId, Vec<AttachedFile>>, StorageError> {
    let ids = Ids::new(tasks.iter().map(|id| id.uuid()));
    let mut files: HashMap<TaskId, Vec<AttachedFile>> = HashMap::new();
    for row in db!(tx, fetch_all::<TaskFileRow>(LIST_OF_TASKS, account, ids))? {
        let TaskFileRow { task_id, content_id, id, name, content_type, size, sha256, created_at } = row;
        let file = File { id, name, content_type, size, sha256, created_at };
        files.entry(task_id).or_default().push(AttachedFile { file, content_id });
    }
    Ok(files)
}

fn by_id(rows: Vec<FileRow>) -> HashMap<FileId, File> {
    rows.into_iter().map(|row| (row.id, row.into())).collect()
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        let FileRow { id, name, content_type, size, sha256, created_at } = row;
        Self { id, name, content_type, size, sha256, created_at }
    }
}
