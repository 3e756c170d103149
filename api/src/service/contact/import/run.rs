//! Takes in the rows of a table, some at a time: what became of them and how far it is are committed with them, so that whoever
//! goes on after a crash goes on behind the last of them.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    change::Change,
    contact::{
        Card, Contact, ContactGroup, Phone,
        table::{
            Column, ImportMode, MatchBy, RowOutcome, TransferState,
            row::{Known, Row, RowProblem},
        },
    },
    id::{AccountId, ContactGroupId, ContactImportId, PersonId},
    mail_address::EmailAddress,
    person::PersonKind,
    refusal::{FieldCode, Refusal},
    text::{Name, fold},
};
use liaison_persistence::{
    change_feed,
    contact::{
        self, group,
        import::{self, ImportRow, ReportRow},
    },
    database::WriteTx,
    person,
};

use crate::{
    app::App,
    env::Env,
    service::{Failure, link::directory},
    table::{self, Table},
};

/// Rows of one transaction.
const STEP: usize = 50;

/// Reads the table of an import; none where that is over, or the file can't be read, with which it is over.
pub async fn open(app: &App, account: AccountId, id: ContactImportId) -> Result<Option<Table>, Failure> {
    let mut tx = app.database.read().await?;
    let found = import::find(&mut tx, account, id).await?;
    drop(tx);
    let Some(found) = found.filter(|it| it.state == TransferState::Running) else { return Ok(None) };
    match super::reopen(app, account, found.file_id).await? {
        Ok(table) => Ok(Some(table)),
        Err(refusal) => {
            let mut tx = app.database.write().await?;
            give_up(&mut tx, app, account, id, &refusal.detail).await?;
            tx.commit().await?;
            Ok(None)
        }
    }
}

/// Ends an import that can't go on; what it did stays.
pub async fn give_up(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    id: ContactImportId,
    why: &str,
) -> Result<(), Failure> {
    let state = TransferState::Failed;
    Ok(import::finish(tx, account, id, state, Some(why), app.env.now()).await?)
}

/// Takes in the next rows; whether that were the last.
pub async fn advance(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    id: ContactImportId,
    table: &Table,
) -> Result<bool, Failure> {
    let found = import::lock(tx, account, id).await?.ok_or_else(Refusal::not_found)?;
    if found.state != TransferState::Running {
        return Ok(true);
    }
    let done = usize::try_from(found.rows_done).unwrap_or(usize::MAX);
    let rows: Vec<&table::Row> = table.rows.iter().skip(done).take(STEP).collect();
    let mut intake = Intake::new(tx, app, account, &found, &rows).await?;
    let mut report = Vec::with_capacity(rows.len());
    for (row, read) in rows.iter().zip(std::mem::take(&mut intake.rows)) {
        let taken = match read {
            Ok(read) => intake.take(tx, &read).await?,
            Err(problem) => Err(problem),
        };
        report.push(reported(row.number, taken));
    }
    import::advance(tx, account, id, &report).await?;
    let is_last = done.saturating_add(rows.len()) >= table.rows.len();
    if is_last {
        import::finish(tx, account, id, TransferState::Done, None, app.env.now()).await?;
    }
    Ok(is_last)
}

type Taken = Result<(RowOutcome, PersonId), RowProblem>;

fn reported(number: u32, taken: Taken) -> ReportRow {
    let (outcome, contact, problem) = match taken {
        Ok((outcome, contact)) => (outcome, Some(contact), None),
        Err(problem) => (RowOutcome::Failed, None, Some(problem)),
    };
    ReportRow {
        number: i64::from(number),
        outcome,
        contact_id: contact,
        problem_field: problem.as_ref().map(|it| it.column.as_str().to_owned()),
        problem_code: problem.as_ref().map(|it| it.code.as_str().to_owned()),
        problem_detail: problem.map(|it| it.detail),
    }
}

/// Some rows, with everybody whom they could mean.
struct Intake<'a> {
    env: &'a Env,
    account: AccountId,
    import: &'a ImportRow,
    now: Timestamp,
    rows: Vec<Result<Row, RowProblem>>,
    /// Who has an address first, by its key.
    owners: HashMap<String, (PersonId, PersonKind)>,
    /// Who has a phone number first, by its key; asked for only where rows are matched by it.
    called: HashMap<String, PersonId>,
    /// Who has a name first, folded; asked for only where rows are matched by it.
    named: HashMap<String, PersonId>,
    companies: HashMap<String, PersonId>,
    groups: HashMap<String, ContactGroupId>,
    /// Those who may be updated.
    contacts: HashMap<PersonId, Contact>,
    /// The group of those of whom the table tells none, where it is still there.
    group: Option<ContactGroupId>,
}

impl<'a> Intake<'a> {
    /// Looks everybody up in a few statements, and has nobody else change those who are updated.
    async fn new(
        tx: &mut WriteTx,
        app: &'a App,
        account: AccountId,
        import: &'a ImportRow,
        rows: &[&table::Row],
    ) -> Result<Self, Failure> {
        let columns: Vec<(usize, Column)> =
            import.columns.0.iter().filter_map(|it| Some((it.position, it.field.parse().ok()?))).collect();
        let rows: Vec<Result<Row, RowProblem>> = rows
            .iter()
            .map(|row| {
                let read = Row::read(columns.iter().map(|(i, column)| (*column, row.cell(*i))))?;
                require_outside(app, read)
            })
            .collect();
        let read = || rows.iter().flatten();
        let emails = read().flat_map(|it| &it.emails).map(EmailAddress::key);
        let mut owners = HashMap::new();
        for owner in person::list_owners(tx, account, emails).await? {
            owners.entry(owner.address_key).or_insert((owner.person_id, owner.kind));
        }
        let phones = read().filter(|_| import.match_by == MatchBy::Phone).flat_map(|it| &it.phones);
        let called = import::list_first_called(tx, account, phones.filter_map(Phone::key)).await?;
        let keys = read().filter(|_| import.match_by == MatchBy::Name).filter_map(name_key);
        let named = import::list_first_named(tx, account, keys, false).await?;
        let companies = read().flat_map(|it| &it.companies).map(|it| fold(it.as_str()));
        let companies = import::list_first_named(tx, account, companies, true).await?;
        let group = match import.group_id {
            Some(id) => group::find(tx, account, id).await?.map(|it| it.id),
            None => None,
        };
        let (env, now, contacts, groups) = (&app.env, app.env.now(), HashMap::new(), HashMap::new());
        let mut intake = Self {
            env,
            account,
            import,
            now,
            rows,
            owners,
            called,
            named,
            companies,
            groups,
            contacts,
            group,
        };
        if import.mode == ImportMode::UpdateExisting {
            let known = intake.rows.iter().flatten().filter_map(|it| intake.find(it)).map(|it| it.0);
            let known: Vec<PersonId> = known.collect();
            person::lock(tx, account, known.iter().copied()).await?;
            let contacts = contact::list_by_ids(tx, account, known).await?;
            intake.contacts = contacts.into_iter().map(|it| (it.id, it)).collect();
        }
        Ok(intake)
    }

    /// Whom a row means, who is there already.
    fn find(&self, row: &Row) -> Option<(PersonId, PersonKind)> {
        let contact = |id: &PersonId| (*id, PersonKind::Contact);
        match (self.import.mode, self.import.match_by) {
            (ImportMode::AllNew, _) => None,
            (_, MatchBy::Email) => row.emails.iter().find_map(|it| self.owners.get(&it.key()).copied()),
            (_, MatchBy::Phone) => {
                row.phones.iter().filter_map(Phone::key).find_map(|it| self.called.get(&it).map(contact))
            }
            (_, MatchBy::Name) => self.named.get(&name_key(row)?).map(contact),
        }
    }

    async fn take(&mut self, tx: &mut WriteTx, row: &Row) -> Result<Taken, Failure> {
        let found = self.find(row);
        match (self.import.mode, found) {
            (_, Some((_, PersonKind::Employee))) => {
                Ok(Err(RowProblem::new(Column::Email, FieldCode::Taken, "is an employee's")))
            }
            (ImportMode::IgnoreExisting, Some((id, _))) => Ok(Ok((RowOutcome::Ignored, id))),
            (_, Some((id, _))) => self.update(tx, id, row).await,
            (_, None) => self.create(tx, row).await,
        }
    }

    async fn create(&mut self, tx: &mut WriteTx, row: &Row) -> Result<Taken, Failure> {
        let shared: Vec<String> =
            row.emails.iter().map(EmailAddress::key).filter(|it| self.owners.contains_key(it)).collect();
        if let (Some(taken), true) = (shared.first(), self.import.mode != ImportMode::AllNew) {
            return Ok(Err(taken_problem(taken)));
        }
        // What the row alone tells is asked first, so that no company is made for a row that is refused.
        if let Err(problem) = row.new_card(Known::default(), self.import.is_company) {
            return Ok(Err(problem));
        }
        let mut known = self.known(tx, row).await?;
        known.group_id = known.group_id.or(self.group);
        let card = match row.new_card(known, self.import.is_company) {
            Ok(card) => card,
            Err(problem) => return Ok(Err(problem)),
        };
        let id = self.insert(tx, card, &shared).await?;
        Ok(Ok((RowOutcome::Created, id)))
    }

    async fn update(&mut self, tx: &mut WriteTx, id: PersonId, row: &Row) -> Result<Taken, Failure> {
        let gone = || RowProblem::new(Column::Name, FieldCode::UnknownId, "was deleted meanwhile");
        let Some(current) = self.contacts.get(&id).cloned() else { return Ok(Err(gone())) };
        let is_anothers = |key: &String| self.owners.get(key).is_some_and(|(owner, _)| *owner != id);
        let mut keys =
            row.emails.iter().filter(|it| !current.card.emails.contains(it)).map(EmailAddress::key);
        if let Some(taken) = keys.find(is_anothers) {
            return Ok(Err(taken_problem(&taken)));
        }
        if let Err(problem) = row.added_to(&current.card, Known::default()) {
            return Ok(Err(problem));
        }
        let mut known = self.known(tx, row).await?;
        known.company_ids.retain(|it| *it != id);
        let card = match row.added_to(&current.card, known) {
            Ok(card) if card == current.card => return Ok(Ok((RowOutcome::Ignored, id))),
            Ok(card) => card,
            Err(problem) => return Ok(Err(problem)),
        };
        if !contact::update(tx, self.account, id, &card, self.now, current.version).await? {
            return Ok(Err(gone()));
        }
        change_feed::append(tx, self.account, Change::ContactUpdated, id.uuid(), self.now);
        self.remember(Contact { card, version: current.version + 1, ..current });
        Ok(Ok((RowOutcome::Updated, id)))
    }

    /// The companies and the group that a row names; who is unknown is made.
    async fn known(&mut self, tx: &mut WriteTx, row: &Row) -> Result<Known, Failure> {
        let mut known = Known::default();
        for name in &row.companies {
            let id = match self.companies.get(&fold(name.as_str())) {
                Some(id) => *id,
                None => self.insert(tx, company(name), &[]).await?,
            };
            known.company_ids.push(id);
        }
        if let Some(name) = &row.group {
            known.group_id = Some(self.known_group(tx, name).await?);
        }
        Ok(known)
    }

    async fn known_group(&mut self, tx: &mut WriteTx, name: &Name) -> Result<ContactGroupId, Failure> {
        if let Some(id) = self.groups.get(name.as_str()) {
            return Ok(*id);
        }
        let id = if let Some(found) = group::find_by_name(tx, self.account, name.as_str()).await? {
            found.id
        } else {
            let (id, name) = (self.env.id(), name.as_str().to_owned());
            group::insert(tx, self.account, &ContactGroup { id, name, created_at: self.now, version: 1 })
                .await?;
            change_feed::append(tx, self.account, Change::ContactGroupCreated, id.uuid(), self.now);
            id
        };
        self.groups.insert(name.as_str().to_owned(), id);
        Ok(id)
    }

    async fn insert(&mut self, tx: &mut WriteTx, card: Card, shared: &[String]) -> Result<PersonId, Failure> {
        let id: PersonId = self.env.id();
        contact::insert_sharing(tx, self.account, id, &card, shared, self.now).await?;
        change_feed::append(tx, self.account, Change::ContactCreated, id.uuid(), self.now);
        self.remember(Contact { id, card, linked_account: None, created_at: self.now, version: 1 });
        Ok(id)
    }

    /// The next rows may mean him.
    fn remember(&mut self, contact: Contact) {
        let (id, card) = (contact.id, &contact.card);
        for email in &card.emails {
            self.owners.entry(email.key()).or_insert((id, PersonKind::Contact));
        }
        for key in card.phones.iter().filter_map(Phone::key) {
            self.called.entry(key).or_insert(id);
        }
        let name = fold(&card.known_as());
        if card.is_company {
            self.companies.entry(name.clone()).or_insert(id);
        }
        self.named.entry(name).or_insert(id);
        self.contacts.insert(id, contact);
    }
}

/// An internal address makes a link, which is asked for by hand (LINKA-1).
fn require_outside(app: &App, row: Row) -> Result<Row, RowProblem> {
    if row.emails.iter().any(|it| directory::account_of(app, it).is_some()) {
        let detail = "is an internal address, which makes a link: write it into the contact by hand";
        return Err(RowProblem::new(Column::Email, FieldCode::Reserved, detail));
    }
    Ok(row)
}

/// All that whom the row is about is called, folded.
fn name_key(row: &Row) -> Option<String> {
    let card = Card { parts: row.parts.clone(), ..Card::of_unknown(row.shown()?, Vec::new()) };
    Some(fold(&card.known_as()))
}

fn company(name: &Name) -> Card {
    Card { is_company: true, selectable_as_participant: false, ..Card::of_unknown(name.clone(), Vec::new()) }
}

/// DUP-1
fn taken_problem(key: &str) -> RowProblem {
    RowProblem::new(Column::Email, FieldCode::Taken, format!("{key} is taken"))
}
