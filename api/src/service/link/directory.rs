//! Who works in another account, as far as somebody who names an address may know. The only reading beyond one's own rows,
//! each of one account at a time.

use liaison_domain::{
    account::{AccountName, EmployeeStatus, Login},
    id::{AccountId, PersonId},
    link::policy::LinkSettings,
    mail_address::EmailAddress,
    person::Employee,
};
use liaison_persistence::{
    account::{self, AccountRow},
    database::Tx,
    employee, link,
};

use crate::{app::App, service::Failure};

/// An employee of another account.
#[derive(Debug)]
pub struct Found {
    pub account: AccountRow,
    pub employee: Employee,
    /// What his account decides about links.
    pub settings: LinkSettings,
}

/// The account's name in an address of one of the server's accounts; none for addresses elsewhere.
pub fn account_of<'a>(app: &App, address: &'a EmailAddress) -> Option<&'a str> {
    account_of_domain(app, address.domain())
}

/// The account's name in its mail domain.
pub fn account_of_domain<'a>(app: &App, domain: &'a str) -> Option<&'a str> {
    let name = domain.strip_suffix(app.config.mail.domain.as_str())?.strip_suffix('.')?;
    (!name.contains('.')).then_some(name)
}

/// Who works in an account under a login.
pub async fn find(tx: &mut dyn Tx, account: &str, login: &str) -> Result<Option<Found>, Failure> {
    let (Ok(name), Ok(login)) = (AccountName::parse(account), Login::parse(login)) else { return Ok(None) };
    let Some(account) = account::find_by_name(tx, &name).await? else { return Ok(None) };
    let employee = employee::find_by_login(tx, account.id, &login).await?;
    complete(tx, account, employee).await
}

/// Who the same human is in an account, where he works there.
pub async fn find_same(
    tx: &mut dyn Tx,
    account: &AccountName,
    human: &Employee,
) -> Result<Option<Found>, Failure> {
    let Some(account) = account::find_by_name(tx, account).await? else { return Ok(None) };
    let Some(identity) = human.identity_id else { return Ok(None) };
    let employee = employee::find_by_identity(tx, account.id, identity).await?;
    complete(tx, account, employee).await
}

async fn complete(
    tx: &mut dyn Tx,
    account: AccountRow,
    employee: Option<Employee>,
) -> Result<Option<Found>, Failure> {
    let Some(employee) = employee.filter(|it| it.status == EmployeeStatus::Active) else { return Ok(None) };
    let settings = link::settings::get(tx, account.id).await?;
    Ok(Some(Found { account, employee, settings }))
}

/// Whether somebody of one account and somebody of another are the same human, working in both.
pub async fn are_same(
    tx: &mut dyn Tx,
    one: (AccountId, PersonId),
    other: (AccountId, PersonId),
) -> Result<bool, Failure> {
    let one = employee::find(tx, one.0, one.1).await?;
    let other = employee::find(tx, other.0, other.1).await?;
    Ok(one.zip(other).is_some_and(|(one, other)| {
        one.identity_id.is_some()
            && one.identity_id == other.identity_id
            && one.status == EmployeeStatus::Active
    }))
}
