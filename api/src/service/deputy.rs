//! Deputies: who is told what an absent employee is told of (NTF-10). What comes of it is for [`super::fan_out`].

use liaison_domain::{
    account::EmployeeStatus,
    id::PersonId,
    refusal::{Code, FieldCode, Refusal},
};
use liaison_persistence::{
    database::{Tx, WriteTx},
    deputy::{self, DeputyRow},
    employee,
};

use super::{Failure, caller::StaffCaller};

/// Who stands in for an employee, where somebody does.
pub async fn find(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    person: PersonId,
) -> Result<Option<DeputyRow>, Failure> {
    require_concerned(tx, caller, person).await?;
    Ok(deputy::find(tx, caller.account, person).await?)
}

/// Lets somebody stand in for an employee, in place of whoever did.
pub async fn set(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    person: PersonId,
    new: DeputyRow,
) -> Result<(), Failure> {
    require_concerned(tx, caller, person).await?;
    let wrong = |detail: &'static str| {
        let refusal = Refusal::new(Code::ValidationFailed, "The deputy can't stand in.");
        refusal.at("/employee_id", FieldCode::Invalid, detail)
    };
    if new.deputy_id == person {
        return Err(wrong("must be another employee").into());
    }
    let found = employee::find(tx, caller.account, new.deputy_id).await?;
    let found = found.ok_or_else(|| Refusal::unknown_id("/employee_id"))?;
    if found.status != EmployeeStatus::Active {
        return Err(wrong("does not work here any more").into());
    }
    Ok(deputy::set(tx, caller.account, person, new).await?)
}

/// Nobody stands in for the employee any more; whoever did stays in the tasks.
pub async fn clear(tx: &mut WriteTx, caller: &StaffCaller, person: PersonId) -> Result<(), Failure> {
    require_concerned(tx, caller, person).await?;
    Ok(deputy::delete(tx, caller.account, person).await?)
}

/// It is himself or an administrator.
async fn require_concerned(tx: &mut dyn Tx, caller: &StaffCaller, person: PersonId) -> Result<(), Failure> {
    let found = employee::find(tx, caller.account, person).await?.ok_or_else(Refusal::not_found)?;
    if found.id != caller.employee {
        caller.require_admin()?;
    }
    Ok(())
}
