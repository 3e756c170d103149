//! Groups of contacts: every employee sees, makes, renames and deletes them (CON-4).

use liaison_domain::{
    change::Change, contact::ContactGroup, id::ContactGroupId, refusal::Refusal, text::Name,
};
use liaison_persistence::{
    change_feed,
    contact::group,
    database::{Tx, WriteTx},
    page::{Page, PageRequest},
};

use crate::{
    env::Env,
    service::{Failure, caller::StaffCaller, stale},
};

pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller, id: ContactGroupId) -> Result<ContactGroup, Failure> {
    Ok(group::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?)
}

pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    page: PageRequest,
) -> Result<Page<ContactGroup>, Failure> {
    Ok(group::list(tx, caller.account, page).await?)
}

pub async fn create(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    name: Name,
) -> Result<ContactGroup, Failure> {
    let new = ContactGroup { id: env.id(), name: name.into_string(), created_at: env.now(), version: 1 };
    group::insert(tx, caller.account, &new).await?;
    change_feed::append(tx, caller.account, Change::ContactGroupCreated, new.id.uuid(), env.now());
    Ok(new)
}

/// Gives a group that stands at `current` another name.
pub async fn rename(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: ContactGroup,
    name: Option<Name>,
) -> Result<ContactGroup, Failure> {
    let Some(name) = name else { return Ok(current) };
    if !group::update(tx, caller.account, current.id, name.as_str(), current.version).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, caller.account, Change::ContactGroupUpdated, current.id.uuid(), env.now());
    get(tx, caller, current.id).await
}

/// Deletes a group; its contacts are in none then.
pub async fn delete(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: &ContactGroup,
) -> Result<(), Failure> {
    if !group::delete(tx, caller.account, current.id, current.version).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, caller.account, Change::ContactGroupDeleted, current.id.uuid(), env.now());
    Ok(())
}
