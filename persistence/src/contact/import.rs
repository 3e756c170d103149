//! Tables of contacts that are taken in: how far each is, what became of each row, and who was there already (DUP-7).

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    contact::table::{ImportMode, MatchBy, RowOutcome, TransferState},
    id::{AccountId, ContactGroupId, ContactImportId, FileId, PersonId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Rows, Texts, hex},
    page::{Cursor, Page, PageRequest},
    sql::Json,
};

/// A table that is taken in.
#[derive(Clone, Debug)]
pub struct ImportRow {
    pub id: ContactImportId,
    pub file_id: FileId,
    pub file_name: String,
    pub state: TransferState,
    pub mode: ImportMode,
    pub match_by: MatchBy,
    pub columns: Json<Vec<MappedColumn>>,
    pub group_id: Option<ContactGroupId>,
    pub is_company: bool,
    pub rows_total: i64,
    pub rows_done: i64,
    pub created: i64,
    pub updated: i64,
    pub ignored: i64,
    pub failed: i64,
    pub problem: Option<String>,
    pub created_by: PersonId,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}
record!(ImportRow {
    id,
    file_id,
    file_name,
    state,
    mode,
    match_by,
    columns,
    group_id,
    is_company,
    rows_total,
    rows_done,
    created,
    updated,
    ignored,
    failed,
    problem,
    created_by,
    created_at,
    finished_at
});

/// What a column of a table holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedColumn {
    /// From 0.
    pub position: usize,
    pub heading: String,
    /// The name of a [`liaison_domain::contact::table::Column`].
    pub field: String,
}

/// What became of a row.
#[derive(Clone, Debug)]
pub struct ReportRow {
    pub number: i64,
    pub outcome: RowOutcome,
    pub contact_id: Option<PersonId>,
    pub problem_field: Option<String>,
    pub problem_code: Option<String>,
    pub problem_detail: Option<String>,
}
record!(ReportRow { number, outcome, contact_id, problem_field, problem_code, problem_detail });

#[derive(Serialize)]
struct NewReport<'a> {
    number: i64,
    outcome: &'static str,
    contact_id: Option<Hex>,
    problem_field: Option<&'a str>,
    problem_code: Option<&'a str>,
    problem_detail: Option<&'a str>,
}

struct FirstRow {
    key: String,
    id: Option<PersonId>,
}
record!(FirstRow { key, id });

/// The columns of an [`ImportRow`], of the tables `i` and `f`.
macro_rules! columns {
    () => {
        "i.id, i.file_id, f.name AS file_name, i.state, i.mode, i.match_by, i.columns, i.group_id, i.is_company, \
         i.rows_total, i.rows_done, i.created, i.updated, i.ignored, i.failed, i.problem, i.created_by, i.created_at, \
         i.finished_at FROM contact_import i JOIN file f ON f.account_id = i.account_id AND f.id = i.file_id"
    };
}

statements! {
    INSERT_IMPORT = ["INSERT INTO contact_import (account_id, id, file_id, state, mode, match_by, columns, group_id, \
        is_company, rows_total, rows_done, created, updated, ignored, failed, created_by, created_at) \
        VALUES ($1, $2, $3, 'running', $4, $5, $6, $7, $8, $9, 0, 0, 0, 0, 0, $10, $11)"];
    FIND_IMPORT = ["SELECT " columns!() " WHERE i.account_id = $1 AND i.id = $2"];
    /// Whoever goes on with it waits for whoever is at it. Only PostgreSQL has several writers.
    LOCK_IMPORT = ["SELECT " columns!() " WHERE i.account_id = $1 AND i.id = $2"
        { sqlite: "", postgres: " FOR UPDATE OF i" }];
    LIST_IMPORTS = ["SELECT " columns!() " WHERE i.account_id = $1 AND (i.created_at, i.id) < ($2, $3) \
        ORDER BY i.created_at DESC, i.id DESC LIMIT $4"];
    ADVANCE_IMPORT = ["UPDATE contact_import SET rows_done = rows_done + $3, created = created + $4, \
        updated = updated + $5, ignored = ignored + $6, failed = failed + $7 WHERE account_id = $1 AND id = $2"];
    FINISH_IMPORT = ["UPDATE contact_import SET state = $3, problem = $4, finished_at = $5 \
        WHERE account_id = $1 AND id = $2 AND state = 'running'"];
    INSERT_REPORT = [
        "INSERT INTO contact_import_row (account_id, import_id, number, outcome, contact_id, problem_field, problem_code, \
         problem_detail) "
        {
            sqlite: "SELECT $1, $2, value ->> 'number', value ->> 'outcome', unhex(value ->> 'contact_id'), \
                value ->> 'problem_field', value ->> 'problem_code', value ->> 'problem_detail' FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, number, outcome, contact_id, problem_field, problem_code, problem_detail \
                FROM jsonb_to_recordset($3) AS r(number bigint, outcome text, contact_id uuid, problem_field text, \
                problem_code text, problem_detail text)"
        }
    ];
    LIST_REPORT = ["SELECT number, outcome, contact_id, problem_field, problem_code, problem_detail FROM contact_import_row \
        WHERE account_id = $1 AND import_id = $2 AND number > $3 ORDER BY number LIMIT $4"];
    /// The first of each name: of the companies where $3, else of all contacts.
    LIST_FIRST_NAMED = [
        "SELECT w.value AS key, (SELECT p.id FROM person p JOIN contact c ON c.account_id = p.account_id AND c.id = p.id \
         WHERE p.account_id = $1 AND p.name_key = w.value AND p.kind = 'contact' AND p.deleted_at IS NULL \
         AND (c.is_company OR NOT $3) ORDER BY p.id LIMIT 1) AS id FROM "
        { sqlite: "json_each($2) w", postgres: "unnest(CAST($2 AS TEXT[])) w(value)" }
        " ORDER BY w.value"
    ];
    /// The first of each number.
    LIST_FIRST_CALLED = [
        "SELECT w.value AS key, (SELECT n.contact_id FROM contact_phone n \
         JOIN person p ON p.account_id = n.account_id AND p.id = n.contact_id AND p.deleted_at IS NULL AND p.kind = 'contact' \
         WHERE n.account_id = $1 AND n.number_key = w.value ORDER BY n.contact_id LIMIT 1) AS id FROM "
        { sqlite: "json_each($2) w", postgres: "unnest(CAST($2 AS TEXT[])) w(value)" }
        " ORDER BY w.value"
    ];
}

/// A table to be taken in.
#[derive(Debug)]
pub struct NewImport {
    pub id: ContactImportId,
    pub file: FileId,
    pub mode: ImportMode,
    pub match_by: MatchBy,
    pub columns: Vec<MappedColumn>,
    /// For contacts of whom the table tells none.
    pub group: Option<ContactGroupId>,
    pub is_company: bool,
    pub rows_total: i64,
    pub by: PersonId,
    pub at: Timestamp,
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, new: &NewImport) -> Result<(), StorageError> {
    let columns = Json(new.columns.clone());
    db!(
        tx,
        execute(
            INSERT_IMPORT,
            account,
            new.id,
            new.file,
            new.mode,
            new.match_by,
            columns,
            new.group,
            new.is_company,
            new.rows_total,
            new.by,
            new.at
        )
    )
    .map(drop)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: ContactImportId,
) -> Result<Option<ImportRow>, StorageError> {
    db!(tx, fetch_optional::<ImportRow>(FIND_IMPORT, account, id))
}

/// The import, for whoever goes on with it until the end of the transaction.
pub async fn lock(
    tx: &mut WriteTx,
    account: AccountId,
    id: ContactImportId,
) -> Result<Option<ImportRow>, StorageError> {
    db!(tx, fetch_optional::<ImportRow>(LOCK_IMPORT, account, id))
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<ImportRow>, StorageError> {
    let before = page.before();
    let rows =
        db!(tx, fetch_all::<ImportRow>(LIST_IMPORTS, account, before.at(), before.id(), page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// Writes down what became of the next rows.
pub async fn advance(
    tx: &mut WriteTx,
    account: AccountId,
    id: ContactImportId,
    report: &[ReportRow],
) -> Result<(), StorageError> {
    let rows: Rows<NewReport<'_>> = Json(report.iter().map(new_report).collect());
    db!(tx, execute(INSERT_REPORT, account, id, rows))?;
    let n =
        |outcome| i64::try_from(report.iter().filter(|it| it.outcome == outcome).count()).unwrap_or(i64::MAX);
    let (created, updated) = (n(RowOutcome::Created), n(RowOutcome::Updated));
    let (ignored, failed) = (n(RowOutcome::Ignored), n(RowOutcome::Failed));
    let done = created + updated + ignored + failed;
    db!(tx, execute(ADVANCE_IMPORT, account, id, done, created, updated, ignored, failed)).map(drop)
}

fn new_report(row: &ReportRow) -> NewReport<'_> {
    NewReport {
        number: row.number,
        outcome: row.outcome.as_str(),
        contact_id: row.contact_id.map(|it| hex(it.uuid())),
        problem_field: row.problem_field.as_deref(),
        problem_code: row.problem_code.as_deref(),
        problem_detail: row.problem_detail.as_deref(),
    }
}

/// Ends an import that runs.
pub async fn finish(
    tx: &mut WriteTx,
    account: AccountId,
    id: ContactImportId,
    state: TransferState,
    problem: Option<&str>,
    at: Timestamp,
) -> Result<(), StorageError> {
    db!(tx, execute(FINISH_IMPORT, account, id, state, problem.map(ToOwned::to_owned), at)).map(drop)
}

/// What became of the rows, in their order.
pub async fn list_report(
    tx: &mut dyn Tx,
    account: AccountId,
    id: ContactImportId,
    page: PageRequest,
) -> Result<Page<ReportRow>, StorageError> {
    // A cursor's id is the number of the row.
    let after = page.after();
    let after_number = i64::try_from(after.id().as_u128()).unwrap_or(i64::MAX);
    let rows = db!(tx, fetch_all::<ReportRow>(LIST_REPORT, account, id, after_number, page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| {
        Cursor::new(Timestamp::UNIX_EPOCH, Uuid::from_u128(u128::from(it.number.cast_unsigned())))
    }))
}

/// The first contact, or company, of each of these names, which are folded; names that nobody has are left out.
pub async fn list_first_named(
    tx: &mut dyn Tx,
    account: AccountId,
    name_keys: impl IntoIterator<Item = String>,
    companies_only: bool,
) -> Result<HashMap<String, PersonId>, StorageError> {
    let keys = Texts::new(name_keys);
    Ok(found(db!(tx, fetch_all::<FirstRow>(LIST_FIRST_NAMED, account, keys, companies_only))?))
}

/// The first contact with each of these phone numbers, given by their keys; numbers that nobody has are left out.
pub async fn list_first_called(
    tx: &mut dyn Tx,
    account: AccountId,
    number_keys: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, PersonId>, StorageError> {
    let keys = Texts::new(number_keys);
    Ok(found(db!(tx, fetch_all::<FirstRow>(LIST_FIRST_CALLED, account, keys))?))
}

fn found(rows: Vec<FirstRow>) -> HashMap<String, PersonId> {
    rows.into_iter().filter_map(|row| Some((row.key, row.id?))).collect()
}
