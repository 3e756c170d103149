//! Which addresses are ours: `<local part>@<account>.<mail.domain>`.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use liaison_domain::{
    account::{AccountName, EmployeeStatus},
    id::AccountId,
    inbound::address::LocalPart,
};
use liaison_persistence::{account, employee, task};

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
    let Some(local) = LocalPart::read(local) else { return Ok(None) };
    let Some(account) = find_account(app, domain).await? else { return Ok(None) };
    let is_known = match local {
        LocalPart::Reply(_) | LocalPart::Bounce(_) => true,
        LocalPart::Task(number) => {
            let mut tx = app.database.read().await?;
            !task::list_by_numbers(&mut tx, account, &[number]).await?.is_empty()
        }
        LocalPart::Mailbox(login) => {
            let mut tx = app.database.read().await?;
            let owner = employee::find_by_login(&mut tx, account, &login).await?;
            owner.is_some_and(|it| it.status == EmployeeStatus::Active)
        }
    };
    Ok(is_known.then_some(account))
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
