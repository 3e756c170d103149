//! Tables of contacts that are written for somebody: how far each is, and the file that it became.

use liaison_domain::{
    Timestamp,
    contact::table::{TableFormat, TransferState},
    id::{AccountId, ContactExportId, ContactGroupId, FileId, PersonId},
    language::Language,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    page::{Cursor, Page, PageRequest},
};

/// A table that is written.
#[derive(Clone, Debug)]
pub struct ExportRow {
    pub id: ContactExportId,
    pub state: TransferState,
    pub format: TableFormat,
    /// Of the headings.
    pub language: Language,
    /// Part of the name of those who are in it; none: everybody.
    pub q: Option<String>,
    /// The group of those who are in it; none: everybody.
    pub group_id: Option<ContactGroupId>,
    pub is_company: Option<bool>,
    pub rows_done: i64,
    /// The table, when it is done.
    pub file_id: Option<FileId>,
    pub problem: Option<String>,
    pub created_by: PersonId,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}
record!(ExportRow {
    id,
    state,
    format,
    language,
    q,
    group_id,
    is_company,
    rows_done,
    file_id,
    problem,
    created_by,
    created_at,
    finished_at
});

/// The columns of an [`ExportRow`].
macro_rules! columns {
    () => {
        "id, state, format, language, q, group_id, is_company, rows_done, file_id, problem, created_by, created_at, \
         finished_at FROM contact_export"
    };
}

statements! {
    INSERT_EXPORT = ["INSERT INTO contact_export (account_id, id, state, format, language, q, group_id, is_company, \
        rows_done, created_by, created_at) VALUES ($1, $2, 'running', $3, $4, $5, $6, $7, 0, $8, $9)"];
    FIND_EXPORT = ["SELECT " columns!() " WHERE account_id = $1 AND id = $2"];
    /// Whoever ends it waits for whoever does. Only PostgreSQL has several writers.
    LOCK_EXPORT = ["SELECT " columns!() " WHERE account_id = $1 AND id = $2" { sqlite: "", postgres: " FOR UPDATE" }];
    LIST_EXPORTS = ["SELECT " columns!() " WHERE account_id = $1 AND (created_at, id) < ($2, $3) \
        ORDER BY created_at DESC, id DESC LIMIT $4"];
    ADVANCE_EXPORT = ["UPDATE contact_export SET rows_done = $3 WHERE account_id = $1 AND id = $2 AND state = 'running'"];
    FINISH_EXPORT = ["UPDATE contact_export SET state = $3, file_id = $4, problem = $5, finished_at = $6 \
        WHERE account_id = $1 AND id = $2 AND state = 'running'"];
}

/// A table to be written.
#[derive(Debug)]
pub struct NewExport {
    pub id: ContactExportId,
    pub format: TableFormat,
    pub language: Language,
    pub q: Option<String>,
    pub group: Option<ContactGroupId>,
    pub is_company: Option<bool>,
    pub by: PersonId,
    pub at: Timestamp,
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, new: NewExport) -> Result<(), StorageError> {
    let NewExport { id, format, language, q, group, is_company, by, at } = new;
    db!(tx, execute(INSERT_EXPORT, account, id, format, language, q, group, is_company, by, at)).map(drop)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: ContactExportId,
) -> Result<Option<ExportRow>, StorageError> {
    db!(tx, fetch_optional::<ExportRow>(FIND_EXPORT, account, id))
}

/// The export, for whoever ends it in this transaction.
pub async fn lock(
    tx: &mut WriteTx,
    account: AccountId,
    id: ContactExportId,
) -> Result<Option<ExportRow>, StorageError> {
    db!(tx, fetch_optional::<ExportRow>(LOCK_EXPORT, account, id))
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<ExportRow>, StorageError> {
    let before = page.before();
    let rows =
        db!(tx, fetch_all::<ExportRow>(LIST_EXPORTS, account, before.at(), before.id(), page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// Says how many rows are written.
pub async fn advance(
    tx: &mut WriteTx,
    account: AccountId,
    id: ContactExportId,
    rows: i64,
) -> Result<(), StorageError> {
    db!(tx, execute(ADVANCE_EXPORT, account, id, rows)).map(drop)
}

/// Ends an export that runs, with its file or with what was in its way.
pub async fn finish(
    tx: &mut WriteTx,
    account: AccountId,
    id: ContactExportId,
    became: Result<FileId, &str>,
    at: Timestamp,
) -> Result<(), StorageError> {
    let (state, file, problem) = match became {
        Ok(file) => (TransferState::Done, Some(file), None),
        Err(problem) => (TransferState::Failed, None, Some(problem.to_owned())),
    };
    db!(tx, execute(FINISH_EXPORT, account, id, state, file, problem, at)).map(drop)
}
