//! Employees: the memberships of login identities in an account.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    account::{EmployeeStatus, Login, Role},
    id::{AccountId, IdentityId, PersonId},
    mail_address::EmailAddress,
    person::{Employee, PersonKind, PersonRef},
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, Texts, in_ids},
    page::{Cursor, Page, PageRequest},
    person::{self, NewPerson},
    sql::Scalar,
};

record!(Employee {
    id,
    identity_id,
    name,
    login,
    email,
    role,
    status,
    manages_external_access,
    created_at,
    version
});

/// Employees with what people share; the main address is the one that they sign in with.
macro_rules! employees {
    () => {
        "SELECT e.id, e.identity_id, p.name, e.login, a.address AS email, e.role, e.status, e.manages_external_access, \
         p.created_at, p.version FROM person p \
         JOIN employee e ON e.account_id = p.account_id AND e.id = p.id \
         JOIN person_address a ON a.account_id = p.account_id AND a.person_id = p.id AND a.position = 0 \
         WHERE p.account_id = $1 AND p.kind = 'employee' AND "
    };
}

statements! {
    /// One human has one membership, and a login one mailbox, in an account.
    INSERT_EMPLOYEE = ["INSERT INTO employee (account_id, id, identity_id, login, role, status, manages_external_access) \
        VALUES ($1, $2, $3, $4, $5, $6, FALSE)"];
    UPDATE_EMPLOYEE = ["UPDATE employee SET login = $3, role = $4, status = $5, \
        manages_external_access = $6, identity_id = $7 WHERE account_id = $1 AND id = $2"];
    FIND_EMPLOYEE = [employees!() "e.id = $2"];
    /// Whose an identity is in the account.
    FIND_EMPLOYEE_BY_IDENTITY = [employees!() "e.identity_id = $2"];
    /// Mail to an internal address.
    FIND_EMPLOYEE_BY_LOGIN = [employees!() "e.login = $2"];
    LIST_ADMINISTRATORS = ["SELECT e.id, p.name FROM employee e \
        JOIN person p ON p.account_id = e.account_id AND p.id = e.id \
        WHERE e.account_id = $1 AND e.role IN ('owner', 'admin') AND e.status = 'active' ORDER BY p.name, e.id"];
    LIST_LOGINS = [
        "SELECT id, login FROM employee WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY id"
    ];
    /// Who is named by a login and works here.
    LIST_BY_LOGINS = [
        "SELECT id AS value FROM employee WHERE account_id = $1 AND status = 'active' AND login "
        { sqlite: "IN (SELECT value FROM json_each($2))", postgres: "= ANY($2)" }
        " ORDER BY id"
    ];
    LIST_COLLEAGUES = [
        "SELECT e.id, p.name, e.login, a.address AS email, e.role, e.status FROM employee e \
         JOIN person p ON p.account_id = e.account_id AND p.id = e.id \
         JOIN person_address a ON a.account_id = e.account_id AND a.person_id = e.id AND a.position = 0 WHERE e.account_id = $1 AND e.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY p.name, e.id"
    ];
    LIST_EMPLOYEES = [employees!() "(p.created_at, p.id) < ($2, $3) ORDER BY p.created_at DESC, p.id DESC LIMIT $4"];
}

/// A new employee; that his login and identity are free was checked in the same transaction.
#[derive(Debug)]
pub struct NewEmployee<'a> {
    pub id: PersonId,
    /// None until he has accepted his invitation.
    pub identity: Option<IdentityId>,
    pub name: &'a str,
    pub login: &'a Login,
    pub email: &'a EmailAddress,
    pub role: Role,
    pub at: Timestamp,
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, new: &NewEmployee<'_>) -> Result<(), StorageError> {
    let addresses = std::slice::from_ref(new.email);
    let person = NewPerson {
        id: new.id,
        kind: PersonKind::Employee,
        name: new.name,
        known_as: new.name,
        addresses,
        shared: &[],
        at: new.at,
    };
    person::insert(tx, account, &person).await?;
    let status = if new.identity.is_some() { EmployeeStatus::Active } else { EmployeeStatus::Invited };
    db!(tx, execute(INSERT_EMPLOYEE, account, new.id, new.identity, new.login.as_str(), new.role, status))
        .map(drop)
}

/// Writes an employee's changed fields; false where he is not at `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    changed: &Employee,
    at: Timestamp,
) -> Result<bool, StorageError> {
    if !person::update(tx, account, changed.id, &changed.name, &changed.name, at, changed.version).await? {
        return Ok(false);
    }
    db!(
        tx,
        execute(
            UPDATE_EMPLOYEE,
            account,
            changed.id,
            changed.login,
            changed.role,
            changed.status,
            changed.manages_external_access,
            changed.identity_id
        )
    )?;
    Ok(true)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: PersonId,
) -> Result<Option<Employee>, StorageError> {
    db!(tx, fetch_optional::<Employee>(FIND_EMPLOYEE, account, id))
}

pub async fn find_by_identity(
    tx: &mut dyn Tx,
    account: AccountId,
    identity: IdentityId,
) -> Result<Option<Employee>, StorageError> {
    db!(tx, fetch_optional::<Employee>(FIND_EMPLOYEE_BY_IDENTITY, account, identity))
}

pub async fn find_by_login(
    tx: &mut dyn Tx,
    account: AccountId,
    login: &Login,
) -> Result<Option<Employee>, StorageError> {
    db!(tx, fetch_optional::<Employee>(FIND_EMPLOYEE_BY_LOGIN, account, login.as_str()))
}

struct AdministratorRow {
    id: PersonId,
    name: String,
}
record!(AdministratorRow { id, name });

/// Owner and administrators who work here.
pub async fn list_administrators(
    tx: &mut dyn Tx,
    account: AccountId,
) -> Result<Vec<PersonRef>, StorageError> {
    let rows = db!(tx, fetch_all::<AdministratorRow>(LIST_ADMINISTRATORS, account))?;
    Ok(rows.into_iter().map(|row| PersonRef::of(row.id, PersonKind::Employee, row.name)).collect())
}

struct LoginRow {
    id: PersonId,
    login: String,
}
record!(LoginRow { id, login });

/// The logins of those of the people who are employees.
pub async fn list_logins(
    tx: &mut dyn Tx,
    account: AccountId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, String>, StorageError> {
    let ids = Ids::new(people.into_iter().map(PersonId::uuid));
    let rows = db!(tx, fetch_all::<LoginRow>(LIST_LOGINS, account, ids))?;
    Ok(rows.into_iter().map(|row| (row.id, row.login)).collect())
}

/// Those of these logins' employees who work here.
pub async fn list_by_logins(
    tx: &mut dyn Tx,
    account: AccountId,
    logins: &[Login],
) -> Result<Vec<PersonId>, StorageError> {
    let logins = Texts::new(logins.iter().map(|it| it.as_str().to_owned()));
    let rows = db!(tx, fetch_all::<Scalar<PersonId>>(LIST_BY_LOGINS, account, logins))?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// How an employee can be written to, and what he is here.
#[derive(Clone, Debug)]
pub struct ColleagueRow {
    pub id: PersonId,
    pub name: String,
    pub login: String,
    pub email: String,
    pub role: Role,
    pub status: EmployeeStatus,
}
record!(ColleagueRow { id, name, login, email, role, status });

/// How these employees can be written to, and what they are here, by name.
pub async fn list_colleagues(
    tx: &mut dyn Tx,
    account: AccountId,
    ids: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<ColleagueRow>, StorageError> {
    let ids = Ids::new(ids.into_iter().map(PersonId::uuid));
    db!(tx, fetch_all::<ColleagueRow>(LIST_COLLEAGUES, account, ids))
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<Employee>, StorageError> {
    let before = page.before();
    let rows =
        db!(tx, fetch_all::<Employee>(LIST_EMPLOYEES, account, before.at(), before.id(), page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}
