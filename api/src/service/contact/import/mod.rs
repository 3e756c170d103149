//! Taking in a table of contacts (DUP-7): looking at it, asking for it, following how far it is. [`run`] does it.

pub mod run;

use std::collections::HashMap;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt as _;
use liaison_domain::{
    contact::table::{Column, ImportMode, MatchBy},
    file::File,
    id::{AccountId, ContactGroupId, ContactImportId, FileId, JobId, PersonId},
    job::JobKind,
    person::PersonRef,
    refusal::{Code, FieldCode, Refusal},
};
use liaison_persistence::{
    contact::{
        group,
        import::{self, ImportRow, MappedColumn, NewImport, ReportRow},
    },
    database::{Tx, WriteTx},
    file, job,
    page::{Page, PageRequest},
    person,
};

use crate::{
    app::App,
    service::{Failure, caller::StaffCaller, file::get_with_content},
    table::{Limits, Table},
};

/// What a table is taken in as.
#[derive(Debug)]
pub struct ImportRequest {
    pub file: FileId,
    pub mode: ImportMode,
    pub match_by: MatchBy,
    /// What the columns hold, each counted from 0; none: what their headings say.
    pub columns: Option<Vec<(usize, Column)>>,
    pub group: Option<ContactGroupId>,
    pub is_company: bool,
}

/// A table that is taken in, and who asked for it.
#[derive(Debug)]
pub struct Import {
    pub row: ImportRow,
    pub created_by: Option<PersonRef>,
}

/// Reads a file that the caller may read.
pub async fn open(app: &App, caller: &StaffCaller, id: FileId) -> Result<Table, Failure> {
    let mut tx = app.database.read().await?;
    let found = get_with_content(&mut tx, caller, id).await.map_err(|failure| match failure {
        Failure::Refused(_) => Refusal::unknown_id("/file_id").into(),
        other => other,
    })?;
    drop(tx);
    Ok(read(app, content(app, found).await?).await?)
}

/// Reads the file of an import that was asked for, whoever may read it by now.
async fn reopen(app: &App, account: AccountId, id: FileId) -> Result<Result<Table, Refusal>, Failure> {
    let mut tx = app.database.read().await?;
    let found = file::find(&mut tx, account, id).await?.ok_or_else(Refusal::not_found)?;
    let inline = file::content(&mut tx, account, &found.sha256).await?;
    drop(tx);
    Ok(read(app, content(app, (found, inline)).await?).await)
}

/// The bytes of a file; of one that is too large, as many as tell.
async fn content(app: &App, (file, inline): (File, Option<Bytes>)) -> Result<Bytes, Failure> {
    if let Some(content) = inline {
        return Ok(content);
    }
    let failed = |error| Failure::internal("a file's content can't be read", error);
    let enough = (Limits::default().file_bytes as u64).saturating_add(1);
    let size = file.size.cast_unsigned().min(enough);
    let stream = app.storage.read(&file.sha256, 0..size).await.map_err(failed)?;
    let content: BytesMut =
        stream.try_collect::<Vec<Bytes>>().await.map_err(failed)?.concat().as_slice().into();
    Ok(content.freeze())
}

async fn read(app: &App, content: Bytes) -> Result<Table, Refusal> {
    app.tables.read(content).await.map_err(|error| {
        let refusal = Refusal::new(Code::ValidationFailed, format!("The file {error}."));
        refusal.at("/file_id", FieldCode::Unreadable, error.to_string())
    })
}

/// What each column of a table may hold, by its heading.
pub fn guess(table: &Table) -> Vec<Option<Column>> {
    table.heading.iter().map(|it| Column::guess(it)).collect()
}

/// Asks for a table that was read to be taken in.
pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    request: &ImportRequest,
    table: &Table,
) -> Result<Import, Failure> {
    let (id, now): (ContactImportId, _) = (app.env.id(), app.env.now());
    let columns = columns(request, table)?;
    if let Some(id) = request.group {
        group::find(tx, caller.account, id).await?.ok_or_else(|| Refusal::unknown_id("/group_id"))?;
    }
    let new = NewImport {
        id,
        file: request.file,
        mode: request.mode,
        match_by: request.match_by,
        columns,
        group: request.group,
        is_company: request.is_company,
        rows_total: i64::try_from(table.rows.len()).unwrap_or(i64::MAX),
        by: caller.employee,
        at: now,
    };
    import::insert(tx, caller.account, &new).await?;
    let jobs = [(app.env.id::<JobId>(), id.uuid())];
    job::enqueue(tx, caller.account, JobKind::ImportContacts, jobs, now).await?;
    get(tx, caller, id).await
}

/// The columns that are taken: those that were named, or those whose headings say what they are.
fn columns(request: &ImportRequest, table: &Table) -> Result<Vec<MappedColumn>, Refusal> {
    let guessed = || guess(table).into_iter().enumerate().filter_map(|(i, it)| Some((i, it?))).collect();
    let columns: Vec<(usize, Column)> = request.columns.clone().unwrap_or_else(guessed);
    let is_named = |(_, column): &(usize, Column)| {
        let names = [Column::Name, Column::FirstName, Column::MiddleName, Column::LastName, Column::Email];
        names.contains(column)
    };
    if !columns.iter().any(is_named) {
        let detail = "No column of the table holds names or e-mail addresses.";
        return Err(Refusal::new(Code::ValidationFailed, detail).at(
            "/columns",
            FieldCode::Required,
            "must name a column of names or addresses, or the headings must",
        ));
    }
    let heading = |position: usize| table.heading.get(position).cloned().unwrap_or_default();
    let mapped = columns.into_iter().map(|(position, column)| MappedColumn {
        position,
        heading: heading(position),
        field: column.as_str().to_owned(),
    });
    Ok(mapped.collect())
}

pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller, id: ContactImportId) -> Result<Import, Failure> {
    let row = import::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?;
    let mut people = person::list_refs(tx, caller.account, [row.created_by]).await?;
    Ok(Import { created_by: people.remove(&row.created_by), row })
}

pub async fn list(tx: &mut dyn Tx, caller: &StaffCaller, page: PageRequest) -> Result<Page<Import>, Failure> {
    let rows = import::list(tx, caller.account, page).await?;
    let people = person::list_refs(tx, caller.account, rows.items.iter().map(|it| it.created_by)).await?;
    Ok(rows.map(|row| Import { created_by: people.get(&row.created_by).cloned(), row }))
}

/// What became of a row, and of whom it was.
#[derive(Debug)]
pub struct Reported {
    pub row: ReportRow,
    pub contact: Option<PersonRef>,
}

pub async fn list_report(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    id: ContactImportId,
    page: PageRequest,
) -> Result<Page<Reported>, Failure> {
    get(tx, caller, id).await?;
    let rows = import::list_report(tx, caller.account, id, page).await?;
    let ids = rows.items.iter().filter_map(|it| it.contact_id);
    let people: HashMap<PersonId, PersonRef> = person::list_refs(tx, caller.account, ids).await?;
    Ok(rows.map(|row| Reported { contact: row.contact_id.and_then(|id| people.get(&id).cloned()), row }))
}
