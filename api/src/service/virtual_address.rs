//! Virtual addresses, and the names that they share with logins: one namespace an account (ADR-3).

use liaison_domain::{
    account::{EmployeeStatus, Login},
    change::Change,
    id::{AccountId, PersonId, VirtualAddressId},
    refusal::{Code, FieldCode, Refusal},
    text::Name,
    virtual_address::VirtualAddress,
};
use liaison_persistence::{
    account, change_feed,
    database::{Tx, WriteTx},
    employee,
    page::{Page, PageRequest},
    virtual_address,
};

use super::{
    Failure,
    caller::StaffCaller,
    people::{Named, get_selectable},
};
use crate::env::Env;

/// A new virtual address.
#[derive(Debug)]
pub struct CreateVirtualAddress {
    pub local_part: Login,
    pub description: Name,
    pub assignee_ids: Vec<PersonId>,
}

pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    page: PageRequest,
) -> Result<Page<VirtualAddress>, Failure> {
    caller.require_admin()?;
    Ok(virtual_address::list(tx, caller.account, page).await?)
}

/// Makes a virtual address; for administrators. The login of an employee who left is free for one (ADR-3).
pub async fn create(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    new: CreateVirtualAddress,
) -> Result<VirtualAddress, Failure> {
    caller.require_admin()?;
    let named: Vec<Named> = Named::each("/assignee_ids", &new.assignee_ids).collect();
    get_selectable(tx, caller.account, &named).await?;
    account::lock_names(tx, caller.account).await?;
    let employee = employee::find_by_login(tx, caller.account, &new.local_part).await?;
    let is_login = employee.is_some_and(|it| it.status != EmployeeStatus::Inactive);
    if is_login || virtual_address::exists(tx, caller.account, &new.local_part).await? {
        return Err(Refusal::new(Code::LocalPartTaken, "The address is taken.")
            .at("/local_part", FieldCode::Taken, "is taken")
            .into());
    }
    let mut assignee_ids = Vec::with_capacity(new.assignee_ids.len());
    for id in new.assignee_ids {
        if !assignee_ids.contains(&id) {
            assignee_ids.push(id);
        }
    }
    let address = VirtualAddress {
        id: env.id(),
        local_part: new.local_part.as_str().to_owned(),
        description: new.description.into_string(),
        assignee_ids,
        created_at: env.now(),
    };
    virtual_address::insert(tx, caller.account, &address).await?;
    change_feed::append(tx, caller.account, Change::VirtualAddressCreated, address.id.uuid(), env.now());
    Ok(address)
}

/// Deletes a virtual address, which then takes no more mail (ADR-3); for administrators.
pub async fn delete(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    id: VirtualAddressId,
) -> Result<(), Failure> {
    caller.require_admin()?;
    if !virtual_address::delete(tx, caller.account, id).await? {
        return Err(Refusal::not_found().into());
    }
    change_feed::append(tx, caller.account, Change::VirtualAddressDeleted, id.uuid(), env.now());
    Ok(())
}

/// Refuses a login that a virtual address has, until the end of the transaction; `pointer` is what in the body would take
/// it.
pub(super) async fn require_none_named(
    tx: &mut WriteTx,
    account: AccountId,
    login: &Login,
    pointer: &'static str,
) -> Result<(), Failure> {
    account::lock_names(tx, account).await?;
    if virtual_address::exists(tx, account, login).await? {
        return Err(Refusal::new(Code::LoginTaken, "A virtual address has this name.")
            .at(pointer, FieldCode::Taken, "is the name of a virtual address")
            .into());
    }
    Ok(())
}
