//! Accounts: signing up, reading, changing.

use liaison_domain::{
    account::{AccountName, Login, Role},
    change::Change,
    id::{AccountId, IdentityId, PersonId},
    language::Language,
    mail_address::EmailAddress,
    person::Employee,
    refusal::{Code, FieldCode, Refusal},
    text::Name,
    visibility::ExternalUsersSee,
};
use liaison_persistence::{
    account::{self, AccountRow, FIRST_PASSWORD, IdentityRow, Member, NewAccount, NewIdentity},
    change_feed,
    database::{Tx, WriteTx},
    employee::{self, NewEmployee},
};

use super::{Failure, caller::StaffCaller, password};
use crate::{app::App, env::Env};

/// What signing up needs.
#[derive(Debug)]
pub struct SignUp {
    pub name: AccountName,
    pub title: Name,
    pub language: Language,
    pub owner_name: Name,
    pub owner_login: Login,
    pub owner_email: EmailAddress,
}

/// Whose password the owner gave: made or checked before the transaction, because hashing takes its time.
#[derive(Debug)]
pub enum OwnerIdentity {
    /// The address has a login identity, and the password is its (api.md, sign-up).
    Known(IdentityRow),
    New {
        password_hash: String,
    },
}

/// Finds out whose identity the owner's is. A wrong password for a known address is refused like any sign-in.
pub async fn identify_owner(
    app: &App,
    email: &EmailAddress,
    password: String,
) -> Result<OwnerIdentity, Failure> {
    let mut tx = app.database.read().await?;
    let known = account::find_identity_by_email(&mut tx, &email.key()).await?;
    drop(tx);
    let Some(identity) = known else {
        return Ok(OwnerIdentity::New { password_hash: password::hash(&app.env, password).await? });
    };
    if password::verify(password, Some(identity.password_hash.clone())).await? {
        Ok(OwnerIdentity::Known(identity))
    } else {
        Err(Refusal::new(Code::InvalidCredentials, "Account, e-mail or password is wrong.").into())
    }
}

/// Makes an account with its owner.
pub async fn sign_up(
    tx: &mut WriteTx,
    env: &Env,
    new: &SignUp,
    owner: &OwnerIdentity,
) -> Result<(AccountRow, Employee, Member), Failure> {
    let (now, id): (_, AccountId) = (env.now(), env.id());
    let row = NewAccount { id, name: &new.name, title: new.title.as_str(), language: new.language, at: now };
    if !account::insert(tx, &row).await? {
        return Err(Refusal::new(Code::AccountNameTaken, "The account name is taken.")
            .at("/name", FieldCode::Taken, "is taken")
            .into());
    }
    let (identity, password_version) = match owner {
        OwnerIdentity::Known(it) => (it.id, it.password_version),
        OwnerIdentity::New { password_hash } => {
            insert_identity(tx, env, &new.owner_email, password_hash, "/owner/email").await?
        }
    };
    let employee: PersonId = env.id();
    let owner = NewEmployee {
        id: employee,
        identity: Some(identity),
        name: new.owner_name.as_str(),
        login: &new.owner_login,
        email: &new.owner_email,
        role: Role::Owner,
        at: now,
    };
    employee::insert(tx, id, &owner).await?;
    change_feed::append(tx, id, Change::AccountCreated, id.uuid(), now);
    let account = get(tx, id).await?;
    let employee = employee::find(tx, id, employee).await?.ok_or_else(Refusal::not_found)?;
    let member = Member { account: id, person: employee.id, identity, password_version };
    Ok((account, employee, member))
}

/// Makes a login identity with its first password; refused where the address has one.
pub(super) async fn insert_identity(
    tx: &mut WriteTx,
    env: &Env,
    email: &EmailAddress,
    password_hash: &str,
    pointer: &'static str,
) -> Result<(IdentityId, i64), Failure> {
    let id = env.id();
    let key = email.key();
    let new = NewIdentity { id, email: email.as_str(), email_key: &key, password_hash, at: env.now() };
    if account::insert_identity(tx, &new).await? {
        return Ok((id, FIRST_PASSWORD));
    }
    Err(Refusal::new(Code::EmailTaken, "The e-mail address is taken.")
        .at(pointer, FieldCode::Taken, "is taken")
        .into())
}

pub async fn get(tx: &mut dyn Tx, id: AccountId) -> Result<AccountRow, Failure> {
    Ok(account::find(tx, id).await?.ok_or_else(Refusal::not_found)?)
}

/// What changes of an account.
#[derive(Debug)]
pub struct AccountChange {
    pub title: Option<Name>,
    pub language: Option<Language>,
    /// Within its limits.
    pub send_delay_seconds: Option<i64>,
    pub external_users_see: Option<ExternalUsersSee>,
}

/// Changes an account; for administrators.
pub async fn update(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: AccountRow,
    change: AccountChange,
) -> Result<AccountRow, Failure> {
    caller.require_admin()?;
    let title = change.title.map_or(current.title, Name::into_string);
    let language = change.language.unwrap_or(current.language);
    let delay = change.send_delay_seconds.unwrap_or(current.send_delay_seconds);
    let see = change.external_users_see.unwrap_or(current.external_users_see);
    if !account::update(tx, caller.account, &title, language, delay, see, current.version).await? {
        return Err(super::stale().into());
    }
    change_feed::append(tx, caller.account, Change::AccountUpdated, caller.account.uuid(), env.now());
    get(tx, caller.account).await
}
