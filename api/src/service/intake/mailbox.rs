//! Which addresses are ours: `<local part>@<account>.<mail.domain>`.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use liaison_domain::{
    account::AccountName,
    id::{AccountId, PersonId},
    inbound::{address::LocalPart, addressed::OwnAddress},
};
use liaison_persistence::{account, database::Tx, project, task, virtual_address};

use crate::{app::App, service::Failure};

/// The accounts that mail came to. Names never change hands, so what was found once is true for ever.
#[derive(Debug, Default)]
pub struct KnownAccounts(Mutex<HashMap<String, AccountId>>);

impl KnownAccounts {
    fn get(&self, name: &str) -> Option<AccountId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    fn insert(&self, name: &str, id: AccountId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), id);
    }
}

/// The account whose mailbox the address is; none where nobody would read the mail. Tokens are only looked at for their
/// form: whether one is good is for the one who reads the mail, and not for the sender to find out.
pub async fn find(app: &App, address: &str) -> Result<Option<AccountId>, Failure> {
    let Some((local, domain)) = address.rsplit_once('@') else { return Ok(None) };
    let Some(account) = find_account(app, domain).await? else { return Ok(None) };
    let Some(local) = LocalPart::read(local) else { return Ok(None) };
    if matches!(local, LocalPart::Reply(_) | LocalPart::Bounce(_) | LocalPart::AnyTask) {
        return Ok(Some(account));
    }
    let mut tx = app.database.read().await?;
    let found = resolve(&mut tx, account, &[Some(local)]).await?;
    Ok(found.iter().all(|it| *it != OwnAddress::Nobody).then_some(account))
}

/// What these local parts of an account's mail domain are, with one statement for each kind among them; none is one that
/// can't be read.
pub async fn resolve(
    tx: &mut dyn Tx,
    account: AccountId,
    locals: &[Option<LocalPart>],
) -> Result<Vec<OwnAddress>, Failure> {
    let (mut tasks, mut projects, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for local in locals.iter().flatten() {
        match local {
            LocalPart::Task(number) => tasks.push(*number),
            LocalPart::Project(number) => projects.push(*number),
            LocalPart::Mailbox(name) => names.push(name.clone()),
            LocalPart::Reply(_) | LocalPart::Bounce(_) | LocalPart::AnyTask => {}
        }
    }
    let mut known_tasks = HashSet::new();
    if !tasks.is_empty() {
        known_tasks.extend(task::list_by_numbers(tx, account, &tasks).await?.iter().map(|it| it.number));
    }
    let mut known_projects = HashMap::new();
    if !projects.is_empty() {
        let found = project::list_by_numbers(tx, account, &projects).await?;
        known_projects.extend(found.iter().map(|it| (it.number, it.id)));
    }
    let mut known_names: HashMap<String, Vec<PersonId>> = HashMap::new();
    if !names.is_empty() {
        for row in virtual_address::list_mailboxes(tx, account, names).await? {
            let assignees = known_names.entry(row.local_part).or_default();
            assignees.extend(row.employee_id.or(row.assignee_id));
        }
    }
    let resolve = |local: &Option<LocalPart>| match local {
        Some(LocalPart::Reply(_) | LocalPart::Bounce(_)) => OwnAddress::Conversation,
        Some(LocalPart::AnyTask) => OwnAddress::AnyTask,
        Some(LocalPart::Task(number)) if known_tasks.contains(number) => OwnAddress::Conversation,
        None | Some(LocalPart::Task(_)) => OwnAddress::Nobody,
        Some(LocalPart::Project(number)) => {
            known_projects.get(number).map_or(OwnAddress::Nobody, |id| OwnAddress::Project(*id))
        }
        Some(LocalPart::Mailbox(name)) => {
            let owners = known_names.get(name.as_str()).cloned();
            owners.map_or(OwnAddress::Nobody, |assignees| OwnAddress::Mailbox { assignees })
        }
    };
    Ok(locals.iter().map(resolve).collect())
}

/// The account that has this mail domain.
pub async fn find_account(app: &App, domain: &str) -> Result<Option<AccountId>, Failure> {
    let domain = domain.to_lowercase();
    let suffix = domain.strip_suffix(&app.config.mail.domain).and_then(|it| it.strip_suffix('.'));
    let Some(name) = suffix.and_then(|it| AccountName::parse(it).ok()) else { return Ok(None) };
    if let Some(known) = app.intake.accounts.get(name.as_str()) {
        return Ok(Some(known));
    }
    let mut tx = app.database.read().await?;
    let found = account::find_by_name(&mut tx, &name).await?.map(|it| it.id);
    if let Some(id) = found {
        app.intake.accounts.insert(name.as_str(), id);
    }
    Ok(found)
}
