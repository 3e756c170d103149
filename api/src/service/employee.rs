//! Employees: who works in an account.

use liaison_domain::{
    account::{EmployeeStatus, Login, Role},
    change::Change,
    external_access::LinkPurpose,
    id::PersonId,
    mail_address::EmailAddress,
    person::Employee,
    refusal::{Code, FieldCode, Refusal},
    text::Name,
};
use liaison_persistence::{
    account, change_feed,
    database::{Tx, WriteTx},
    employee::{self, NewEmployee},
    password_link as links, person,
};

use super::{Failure, account::insert_identity, caller::StaffCaller, password_link, stale, virtual_address};
use crate::{app::App, env::Env};

/// A new employee.
#[derive(Debug)]
pub struct NewHire {
    pub name: Name,
    pub login: Login,
    pub email: EmailAddress,
    pub role: Role,
}

pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller, id: PersonId) -> Result<Employee, Failure> {
    Ok(employee::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?)
}

/// Employs somebody; for administrators. Without a password he is invited by mail, and so is whoever has one on this server:
/// nobody is taken over.
pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    new: &NewHire,
    password_hash: Option<&str>,
) -> Result<Employee, Failure> {
    let env = &app.env;
    caller.require_admin()?;
    if new.role == Role::Owner {
        return Err(Refusal::forbidden("An account has one owner.").into());
    }
    require_free_login(tx, caller, &new.login).await?;
    require_free_address(tx, caller, &new.email).await?;
    let identity = match password_hash {
        Some(hash) => Some(insert_identity(tx, env, &new.email, hash, "/email").await?.0),
        None => None,
    };
    let id: PersonId = env.id();
    let row = NewEmployee {
        id,
        identity,
        name: new.name.as_str(),
        login: &new.login,
        email: &new.email,
        role: new.role,
        at: env.now(),
    };
    employee::insert(tx, caller.account, &row).await?;
    if identity.is_none() {
        password_link::send(tx, app, caller.account, id, &new.email, LinkPurpose::Invitation).await?;
    }
    change_feed::append(tx, caller.account, Change::EmployeeCreated, id.uuid(), env.now());
    get(tx, caller, id).await
}

/// What changes of an employee.
#[derive(Debug, Default)]
pub struct EmployeeChange {
    pub name: Option<Name>,
    pub login: Option<Login>,
    pub role: Option<Role>,
    pub status: Option<EmployeeStatus>,
    pub manages_external_access: Option<bool>,
}

/// Changes an employee: his name he may change himself, all else is for administrators, the owner stays owner (ACC-2).
pub async fn update(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: Employee,
    change: EmployeeChange,
) -> Result<Employee, Failure> {
    let beyond_name = change.login.is_some()
        || change.role.is_some()
        || change.status.is_some()
        || change.manages_external_access.is_some();
    if beyond_name || caller.employee != current.id {
        caller.require_admin()?;
    }
    let role = change.role.unwrap_or(current.role);
    let status = change.status.unwrap_or(current.status);
    if status != current.status {
        require_settable(status, &current)?;
    }
    let touches_owner = current.role == Role::Owner || role == Role::Owner;
    if touches_owner && (role != current.role || status != EmployeeStatus::Active) {
        return Err(
            Refusal::new(Code::OwnerRequired, "An account keeps its one owner, and he works here.").into()
        );
    }
    if current.role == Role::Owner && caller.employee != current.id {
        return Err(Refusal::forbidden("Only the owner changes the owner's record.").into());
    }
    let returns = current.status == EmployeeStatus::Inactive && status == EmployeeStatus::Active;
    let manages_external_access = change.manages_external_access.unwrap_or(current.manages_external_access);
    let mut changed = Employee { role, status, manages_external_access, ..current };
    if let Some(login) = change.login.filter(|it| it.as_str() != changed.login) {
        require_free_login(tx, caller, &login).await?;
        login.as_str().clone_into(&mut changed.login);
    } else if returns && let Ok(login) = Login::parse(&changed.login) {
        virtual_address::require_none_named(tx, caller.account, &login, "/status").await?;
    }
    if let Some(name) = change.name {
        changed.name = name.into_string();
    }
    if !employee::update(tx, caller.account, &changed, env.now()).await? {
        return Err(stale().into());
    }
    if changed.status == EmployeeStatus::Inactive {
        account::revoke_sessions_of(tx, caller.account, changed.id, env.now()).await?;
        links::end_all_of(tx, caller.account, changed.id, env.now()).await?;
    }
    change_feed::append(tx, caller.account, Change::EmployeeUpdated, changed.id.uuid(), env.now());
    get(tx, caller, changed.id).await
}

/// Mails an invitation anew to whoever has not accepted; the link before it leads nowhere any more. For administrators.
pub async fn invite(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    mut current: Employee,
) -> Result<Employee, Failure> {
    caller.require_admin()?;
    if current.identity_id.is_some() {
        return Err(Refusal::new(Code::AlreadyAccepted, "The employee has accepted already.").into());
    }
    let address = EmailAddress::parse(&current.email)
        .map_err(|error| Failure::internal("an employee's address is none", error))?;
    if current.status != EmployeeStatus::Invited {
        current.status = EmployeeStatus::Invited;
        if !employee::update(tx, caller.account, &current, app.env.now()).await? {
            return Err(stale().into());
        }
        change_feed::append(tx, caller.account, Change::EmployeeUpdated, current.id.uuid(), app.env.now());
    }
    password_link::send(tx, app, caller.account, current.id, &address, LinkPurpose::Invitation).await?;
    get(tx, caller, current.id).await
}

/// Only an invitation makes somebody invited, and only accepting it lets him in.
fn require_settable(status: EmployeeStatus, current: &Employee) -> Result<(), Refusal> {
    if status == EmployeeStatus::Inactive
        || (status == EmployeeStatus::Active && current.identity_id.is_some())
    {
        return Ok(());
    }
    Err(Refusal::new(Code::ValidationFailed, "Only who is invited and accepts works here.").at(
        "/status",
        FieldCode::Invalid,
        "is not for others to set",
    ))
}

async fn require_free_login(tx: &mut WriteTx, caller: &StaffCaller, login: &Login) -> Result<(), Failure> {
    virtual_address::require_none_named(tx, caller.account, login, "/login").await?;
    match employee::find_by_login(tx, caller.account, login).await? {
        None => Ok(()),
        Some(_) => Err(Refusal::new(Code::LoginTaken, "The login is taken.")
            .at("/login", FieldCode::Taken, "is taken")
            .into()),
    }
}

/// DUP-1: an address belongs to one person of the account.
async fn require_free_address(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    email: &EmailAddress,
) -> Result<(), Failure> {
    if person::list_owners(tx, caller.account, [email.key()]).await?.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(Code::EmailTaken, "The e-mail address is taken.")
        .at("/email", FieldCode::Taken, "is taken")
        .into())
}
