//! Accepting an invitation: who was invited proves who he is, and signs in (LVL-3).
//!
//! Whoever has a password on this server keeps it and gives it; an invitation takes nobody over (S8).

use liaison_domain::{
    account::EmployeeStatus,
    change::Change,
    external_access::{AccessState, LinkPurpose},
    id::{AccountId, IdentityId, PersonId},
    person::PersonKind,
    refusal::{Code, Refusal},
};
use liaison_persistence::{
    account::{self, IdentityRow, Member},
    change_feed,
    database::WriteTx,
    employee, external_access,
};

use super::{address_of, find_any, invalid, take};
use crate::{
    app::App,
    service::{Failure, account::insert_identity, password, stale},
};

/// What somebody who was invited brought: his password, checked before the transaction, because that takes its time.
#[derive(Debug)]
pub enum Proof {
    /// The address has a login identity, and the password is its.
    Known(IdentityRow),
    New {
        password_hash: String,
    },
}

/// Checks the password of whoever holds a link: that of his identity, or a first one.
pub async fn prove(app: &App, token: &str, given: String) -> Result<Proof, Failure> {
    let mut tx = app.database.read().await?;
    let row = find_any(&mut tx, app, token).await?;
    let known = account::find_identity_by_email(&mut tx, &address_of(&row)?.key()).await?;
    drop(tx);
    let Some(identity) = known else {
        password::require_good(&given)?;
        return Ok(Proof::New { password_hash: password::hash(&app.env, given).await? });
    };
    if password::verify(given, Some(identity.password_hash.clone())).await? {
        Ok(Proof::Known(identity))
    } else {
        Err(wrong_password().into())
    }
}

/// Uses the link up and lets its holder in.
pub async fn accept(tx: &mut WriteTx, app: &App, token: &str, proof: &Proof) -> Result<Member, Failure> {
    let (account, row) = take(tx, app, token, LinkPurpose::Invitation).await?;
    let address = address_of(&row)?;
    let (identity, password_version) = match proof {
        Proof::Known(it) => (it.id, it.password_version),
        Proof::New { password_hash } => {
            insert_identity(tx, &app.env, &address, password_hash, "/token").await?
        }
    };
    require_nobodys(tx, account, identity).await?;
    let person = row.link.person;
    match row.kind {
        PersonKind::Employee => employ(tx, app, account, person, identity).await?,
        PersonKind::Contact => let_in(tx, app, account, person, identity).await?,
    }
    Ok(Member { account, person, identity, password_version })
}

/// One human is one person of an account.
async fn require_nobodys(tx: &mut WriteTx, account: AccountId, identity: IdentityId) -> Result<(), Failure> {
    let employee = employee::find_by_identity(tx, account, identity).await?;
    if employee.is_none() && account::find_member(tx, account, identity).await?.is_none() {
        return Ok(());
    }
    Err(Refusal::new(Code::EmailTaken, "Somebody else of the account signs in with this address.").into())
}

async fn employ(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    person: PersonId,
    identity: IdentityId,
) -> Result<(), Failure> {
    let found = employee::find(tx, account, person).await?;
    let mut invited = found.filter(|it| it.status == EmployeeStatus::Invited).ok_or_else(invalid)?;
    (invited.status, invited.identity_id) = (EmployeeStatus::Active, Some(identity));
    if !employee::update(tx, account, &invited, app.env.now()).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, account, Change::EmployeeUpdated, person.uuid(), app.env.now());
    Ok(())
}

async fn let_in(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    person: PersonId,
    identity: IdentityId,
) -> Result<(), Failure> {
    let found = external_access::find(tx, account, person).await?;
    let mut invited = found.filter(|it| it.state == AccessState::Invited).ok_or_else(invalid)?;
    // Whose address it was before has lost his access with it.
    external_access::delete_by_identity(tx, account, identity).await?;
    (invited.state, invited.identity_id) = (AccessState::Active, Some(identity));
    if !external_access::update(tx, account, &invited).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, account, Change::ContactUpdated, person.uuid(), app.env.now());
    Ok(())
}

fn wrong_password() -> Refusal {
    Refusal::new(
        Code::InvalidCredentials,
        "The address has a password on this server, and this is another one.",
    )
}
