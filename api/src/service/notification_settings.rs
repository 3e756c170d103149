//! What employees want to be told: their own to decide, and administrators' for others (NTF-1); of one task or project otherwise
//! (NTF-6).

use liaison_domain::{
    id::{PersonId, ProjectId, TaskId},
    notification::TaskMode,
    refusal::Refusal,
};
use liaison_persistence::{
    database::{Tx, WriteTx},
    employee,
    notification_settings::{self, SettingsRow},
};

use super::{Failure, access, caller::StaffCaller, project, stale};

/// Whose settings somebody asks for.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    Own,
    /// An employee's; for administrators.
    Of(PersonId),
}

/// The settings in force, and who has them.
pub async fn get(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    whose: Whose,
) -> Result<(PersonId, SettingsRow), Failure> {
    let person = match whose {
        Whose::Own => caller.employee,
        Whose::Of(id) => {
            let found = employee::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?;
            caller.require_admin()?;
            found.id
        }
    };
    Ok((person, notification_settings::get(tx, caller.account, person).await?))
}

/// Changes the settings, unless somebody did since `changed` was read; gives them as they are then.
pub async fn update(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    person: PersonId,
    changed: &SettingsRow,
) -> Result<SettingsRow, Failure> {
    if !notification_settings::update(tx, caller.account, person, changed).await? {
        return Err(stale().into());
    }
    Ok(notification_settings::get(tx, caller.account, person).await?)
}

/// What the caller wants to be told of a task.
pub async fn get_mode(tx: &mut dyn Tx, caller: &StaffCaller, task: TaskId) -> Result<TaskMode, Failure> {
    let entered = access::enter(tx, caller, task).await?;
    Ok(notification_settings::get_mode(tx, caller.account, entered.task.id, caller.employee).await?)
}

/// Decides what the caller is told of a task from now on.
pub async fn set_mode(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    task: TaskId,
    mode: TaskMode,
) -> Result<(), Failure> {
    let entered = access::enter(tx, caller, task).await?;
    Ok(notification_settings::set_mode(tx, caller.account, entered.task.id, caller.employee, mode).await?)
}

/// What the caller wants to be told of a project's tasks.
pub async fn get_project_mode(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    project: ProjectId,
) -> Result<TaskMode, Failure> {
    let id = project::get(tx, caller, project).await?.id;
    Ok(notification_settings::get_project_mode(tx, caller.account, id, caller.employee).await?)
}

/// Decides what the caller is told of a project's tasks from now on, but for those that he decided about.
pub async fn set_project_mode(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    project: ProjectId,
    mode: TaskMode,
) -> Result<(), Failure> {
    let id = project::get(tx, caller, project).await?.id;
    Ok(notification_settings::set_project_mode(tx, caller.account, id, caller.employee, mode).await?)
}
