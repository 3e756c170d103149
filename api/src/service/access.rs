//! Who may enter a task, and with which right.

use std::collections::BTreeSet;

use liaison_domain::{
    id::TaskId,
    refusal::Refusal,
    task::{Task, TaskRight, TaskRole, may},
};
use liaison_persistence::{
    database::{Tx, WriteTx},
    task::{self, Members},
};

use super::{Failure, caller::UserCaller};

/// A task that the caller may see, with its people.
#[derive(Debug)]
pub struct Entered {
    pub task: Task,
    pub members: Members,
    roles: BTreeSet<TaskRole>,
}

impl Entered {
    /// Refuses a right that the caller's roles don't give (ROL).
    pub fn require(&self, caller: &UserCaller, right: TaskRight) -> Result<(), Refusal> {
        if may(right, caller.standing.role(), &self.roles) {
            Ok(())
        } else {
            Err(Refusal::forbidden("Your role in the task does not allow this."))
        }
    }
}

/// Enters a task; one that the caller may not see sounds like one that is not there (S6).
pub async fn enter(tx: &mut dyn Tx, caller: &UserCaller, id: TaskId) -> Result<Entered, Failure> {
    let found = task::find(tx, caller.account, id).await?;
    admit(tx, caller, found).await
}

/// Enters a task that nobody else changes until the end of the transaction.
pub async fn enter_to_change(tx: &mut WriteTx, caller: &UserCaller, id: TaskId) -> Result<Entered, Failure> {
    let found = task::find_to_change(tx, caller.account, id).await?;
    admit(tx, caller, found).await
}

async fn admit(tx: &mut dyn Tx, caller: &UserCaller, found: Option<Task>) -> Result<Entered, Failure> {
    let task = found.ok_or_else(Refusal::not_found)?;
    let members =
        task::list_members(tx, caller.account, [task.id]).await?.remove(&task.id).unwrap_or_default();
    let roles = members.roles_of(caller.person);
    if !may(TaskRight::View, caller.standing.role(), &roles) {
        return Err(Refusal::not_found().into());
    }
    Ok(Entered { task, members, roles })
}
