//! Writing contacts down as a table: asking for it, following how far it is, doing it.

use std::{collections::HashMap, fs::File as DiskFile};

use liaison_domain::{
    contact::{
        Contact,
        table::{TableFormat, TransferState, written},
    },
    file::File,
    id::{AccountId, ContactExportId, ContactGroupId, JobId, PersonId},
    job::JobKind,
    language::Language,
    person::PersonRef,
    refusal::Refusal,
};
use liaison_persistence::{
    account,
    contact::{
        self, Filter,
        export::{self, ExportRow, NewExport},
        group,
    },
    database::{Tx, WriteTx},
    file, job,
    page::{Page, PageRequest},
    person,
};
use tokio::task::spawn_blocking;
use tokio_util::io::ReaderStream;

use crate::{
    app::App,
    service::{Failure, caller::StaffCaller, file::insert},
    storage::{KeepError, Kept},
    table::write::{WriteError, Writer},
};

/// Contacts that are read and written at once.
const PAGE: i64 = 200;

/// Who is written down, and how.
#[derive(Debug)]
pub struct ExportRequest {
    pub format: TableFormat,
    /// Of the headings; none: the account's.
    pub language: Option<Language>,
    pub q: Option<String>,
    pub group: Option<ContactGroupId>,
    pub is_company: Option<bool>,
}

/// A table that is written, for whom, and its file when it is done.
#[derive(Debug)]
pub struct Export {
    pub row: ExportRow,
    pub created_by: Option<PersonRef>,
    pub file: Option<File>,
}

/// Asks for a table to be written.
pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    request: ExportRequest,
) -> Result<Export, Failure> {
    let (id, now): (ContactExportId, _) = (app.env.id(), app.env.now());
    if let Some(id) = request.group {
        group::find(tx, caller.account, id).await?.ok_or_else(|| Refusal::unknown_id("/group_id"))?;
    }
    let account = account::find(tx, caller.account).await?.ok_or_else(Refusal::not_found)?;
    let new = NewExport {
        id,
        format: request.format,
        language: request.language.unwrap_or(account.language),
        q: request.q,
        group: request.group,
        is_company: request.is_company,
        by: caller.employee,
        at: now,
    };
    export::insert(tx, caller.account, new).await?;
    let jobs = [(app.env.id::<JobId>(), id.uuid())];
    job::enqueue(tx, caller.account, JobKind::ExportContacts, jobs, now).await?;
    get(tx, caller, id).await
}

pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller, id: ContactExportId) -> Result<Export, Failure> {
    let row = export::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?;
    let found = complete(tx, caller, vec![row]).await?.pop();
    Ok(found.ok_or_else(Refusal::not_found)?)
}

pub async fn list(tx: &mut dyn Tx, caller: &StaffCaller, page: PageRequest) -> Result<Page<Export>, Failure> {
    let Page { items, next } = export::list(tx, caller.account, page).await?;
    Ok(Page { items: complete(tx, caller, items).await?, next })
}

async fn complete(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    rows: Vec<ExportRow>,
) -> Result<Vec<Export>, Failure> {
    let people = person::list_refs(tx, caller.account, rows.iter().map(|it| it.created_by)).await?;
    let mut files = file::find_many(tx, caller.account, rows.iter().filter_map(|it| it.file_id)).await?;
    let export = |row: ExportRow| Export {
        created_by: people.get(&row.created_by).cloned(),
        file: row.file_id.and_then(|id| files.remove(&id)),
        row,
    };
    Ok(rows.into_iter().map(export).collect())
}

/// A table that is whole, or why it can't be.
#[derive(Debug)]
pub struct Finished {
    id: ContactExportId,
    table: Result<Kept, String>,
}

/// Writes a table from its beginning; what is left is to [`record`](Finished::record) it with the end of the job. None where
/// the export is over.
pub async fn write(app: &App, account: AccountId, id: ContactExportId) -> Result<Option<Finished>, Failure> {
    let mut tx = app.database.read().await?;
    let found = export::find(&mut tx, account, id).await?;
    drop(tx);
    let Some(row) = found.filter(|it| it.state == TransferState::Running) else { return Ok(None) };
    let table = match write_rows(app, account, &row).await? {
        Ok(table) => keep(app, table).await?,
        Err(WriteError::Disk(error)) => return Err(Failure::internal("a table can't be written", error)),
        Err(error) => Err(error.to_string()),
    };
    Ok(Some(Finished { id, table }))
}

impl Finished {
    /// Makes the table a file of whoever asked for it.
    pub async fn record(&self, tx: &mut WriteTx, app: &App, account: AccountId) -> Result<(), Failure> {
        let found = export::lock(tx, account, self.id).await?;
        let Some(row) = found.filter(|it| it.state == TransferState::Running) else { return Ok(()) };
        let name = format!("contacts-{}.{}", row.created_at.format("%Y-%m-%d"), row.format);
        let became = match &self.table {
            Ok(kept) => Ok(insert(tx, &app.env, account, row.created_by, &name, None, kept).await?.id),
            Err(problem) => Err(problem.as_str()),
        };
        Ok(export::finish(tx, account, self.id, became, app.env.now()).await?)
    }
}

/// Ends an export that can't go on.
pub async fn give_up(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    id: ContactExportId,
) -> Result<(), Failure> {
    let why = "The server failed at it several times.";
    Ok(export::finish(tx, account, id, Err(why), app.env.now()).await?)
}

async fn write_rows(
    app: &App,
    account: AccountId,
    row: &ExportRow,
) -> Result<Result<DiskFile, WriteError>, Failure> {
    let filter =
        Filter { q: row.q.clone(), group: row.group_id, is_company: row.is_company, ..Filter::default() };
    let (format, heading) = (row.format, written::heading(row.language));
    let begin = move || {
        let mut writer = Writer::new(format)?;
        writer.push(&heading).map(|()| writer)
    };
    let mut written = off_thread(begin).await?;
    let (mut page, mut groups, mut n) = (PageRequest { limit: PAGE, after: None }, HashMap::new(), 0_i64);
    loop {
        let mut writer = match written {
            Ok(writer) => writer,
            Err(error) => return Ok(Err(error)),
        };
        let mut tx = app.database.read().await?;
        let contacts = contact::list(&mut tx, account, &filter, page).await?;
        let rows = rows(&mut tx, account, &contacts.items, &mut groups).await?;
        drop(tx);
        n = n.saturating_add(i64::try_from(rows.len()).unwrap_or(i64::MAX));
        let push = move || rows.iter().try_for_each(|it| writer.push(it)).map(|()| writer);
        written = off_thread(push).await?;
        let mut tx = app.database.write().await?;
        export::advance(&mut tx, account, row.id, n).await?;
        tx.commit().await?;
        page.after = contacts.next;
        if page.after.is_none() {
            return off_thread(move || written?.finish()).await;
        }
    }
}

/// The cells of some contacts.
async fn rows(
    tx: &mut dyn Tx,
    account: AccountId,
    contacts: &[Contact],
    groups: &mut HashMap<ContactGroupId, String>,
) -> Result<Vec<Vec<String>>, Failure> {
    let companies = contacts.iter().flat_map(|it| it.card.company_ids.iter().copied());
    let companies = person::list_refs(tx, account, companies).await?;
    let mut rows = Vec::with_capacity(contacts.len());
    for Contact { card, .. } in contacts {
        if let Some(id) = card.group_id.filter(|id| !groups.contains_key(id)) {
            groups.extend(group::find(tx, account, id).await?.map(|it| (id, it.name)));
        }
        let group = card.group_id.and_then(|id| groups.get(&id));
        let name = |id: &PersonId| companies.get(id).map(|it| it.name.clone());
        let names: Vec<String> = card.company_ids.iter().filter_map(name).collect();
        rows.push(written::cells(card, &names, group.map(String::as_str)));
    }
    Ok(rows)
}

/// Takes a table into the storage.
async fn keep(app: &App, table: DiskFile) -> Result<Result<Kept, String>, Failure> {
    let content = ReaderStream::new(tokio::fs::File::from_std(table));
    match app.storage.keep(&app.env, content, app.config.storage.max_file_bytes).await {
        Ok(kept) => Ok(Ok(kept)),
        Err(error @ KeepError::TooLarge { .. }) => Ok(Err(error.to_string())),
        Err(error) => Err(Failure::internal("a table can't be kept", error)),
    }
}

/// Waits for the disk where nobody else has to.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WriteError> + Send + 'static,
) -> Result<Result<T, WriteError>, Failure> {
    spawn_blocking(work).await.map_err(|error| Failure::internal("a table's writer broke", error))
}
