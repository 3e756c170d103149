//! Signatures: the account's, and each employee's own (SIG-1).

use liaison_domain::{change::Change, signature::SignatureLevel};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    signature,
};

use super::{Failure, caller::StaffCaller};
use crate::env::Env;

pub async fn find(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    level: SignatureLevel,
) -> Result<Option<String>, Failure> {
    Ok(match level {
        SignatureLevel::Account => signature::find_of_account(tx, caller.account).await?,
        SignatureLevel::Employee => signature::find_of_employee(tx, caller.account, caller.employee).await?,
    })
}

/// Sets a signature, given sanitized; the account's is its administrators' to set.
pub async fn update(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    level: SignatureLevel,
    html: Option<&str>,
) -> Result<(), Failure> {
    let account = caller.account;
    let (change, id) = match level {
        SignatureLevel::Account => {
            caller.require_admin()?;
            signature::update_of_account(tx, account, html).await?;
            (Change::AccountUpdated, account.uuid())
        }
        SignatureLevel::Employee => {
            signature::update_of_employee(tx, account, caller.employee, html).await?;
            (Change::EmployeeUpdated, caller.employee.uuid())
        }
    };
    change_feed::append(tx, account, change, id, env.now());
    Ok(())
}
