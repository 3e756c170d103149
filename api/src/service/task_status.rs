//! An account's own statuses of tasks: employees see them, administrators make them (STA-2).

use liaison_domain::{
    change::Change,
    id::{AccountId, TaskStatusId},
    refusal::{Code, Refusal},
    task::{
        Task, TaskStatus,
        custom::{Color, CustomStatus, MAX_STATUSES},
    },
    text::Name,
};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    task::custom_status,
};

use super::{Failure, caller::StaffCaller, stale};
use crate::env::Env;

/// What changes of a status.
#[derive(Debug, Default)]
pub struct StatusChange {
    pub name: Option<Name>,
    pub color: Option<Color>,
    pub counts_as: Option<TaskStatus>,
    pub position: Option<i64>,
}

pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller, id: TaskStatusId) -> Result<CustomStatus, Failure> {
    Ok(custom_status::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?)
}

/// A status that no task takes meanwhile, for administrators.
pub async fn get_to_change(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    id: TaskStatusId,
) -> Result<CustomStatus, Failure> {
    caller.require_admin()?;
    Ok(custom_status::find_to_change(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?)
}

/// All of the account, in their order.
pub async fn list(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<Vec<CustomStatus>, Failure> {
    Ok(custom_status::list(tx, caller.account).await?)
}

pub async fn create(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    (name, color, counts_as, position): (Name, Color, TaskStatus, i64),
) -> Result<CustomStatus, Failure> {
    caller.require_admin()?;
    if custom_status::count(tx, caller.account).await? >= MAX_STATUSES {
        let detail = "An account has at most 100 statuses of its own.";
        return Err(Refusal::new(Code::TooManyStatuses, detail).into());
    }
    let new = CustomStatus {
        id: env.id(),
        name: name.into_string(),
        color: color.into_string(),
        counts_as,
        position,
        created_at: env.now(),
        version: 1,
    };
    custom_status::insert(tx, caller.account, &new).await?;
    change_feed::append(tx, caller.account, Change::TaskStatusCreated, new.id.uuid(), env.now());
    Ok(new)
}

/// Changes a status. What one counts as that a task has stays: the task would be another without anybody's having touched it.
pub async fn update(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: CustomStatus,
    change: StatusChange,
) -> Result<CustomStatus, Failure> {
    let changed = CustomStatus {
        name: change.name.map_or_else(|| current.name.clone(), Name::into_string),
        color: change.color.map_or_else(|| current.color.clone(), Color::into_string),
        counts_as: change.counts_as.unwrap_or(current.counts_as),
        position: change.position.unwrap_or(current.position),
        ..current
    };
    if changed == current {
        return Ok(current);
    }
    if changed.counts_as != current.counts_as {
        require_unused(tx, caller.account, current.id).await?;
    }
    if !custom_status::update(tx, caller.account, &changed).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, caller.account, Change::TaskStatusUpdated, current.id.uuid(), env.now());
    Ok(CustomStatus { version: changed.version + 1, ..changed })
}

/// Deletes a status that no task has.
pub async fn delete(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: &CustomStatus,
) -> Result<(), Failure> {
    require_unused(tx, caller.account, current.id).await?;
    if !custom_status::delete(tx, caller.account, current.id, current.version).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, caller.account, Change::TaskStatusDeleted, current.id.uuid(), env.now());
    Ok(())
}

/// The status of the account's own that a body names.
pub(super) async fn require(
    tx: &mut WriteTx,
    account: AccountId,
    id: TaskStatusId,
) -> Result<CustomStatus, Failure> {
    let found = custom_status::find_to_take(tx, account, id).await?;
    Ok(found.ok_or_else(|| Refusal::unknown_id("/custom_status_id"))?)
}

/// What the account calls a task's status, where it has a name of its own for it.
pub(super) async fn find_name(
    tx: &mut dyn Tx,
    account: AccountId,
    task: &Task,
) -> Result<Option<String>, Failure> {
    let Some(id) = task.custom_status_id else { return Ok(None) };
    Ok(custom_status::find(tx, account, id).await?.map(|it| it.name))
}

async fn require_unused(tx: &mut dyn Tx, account: AccountId, id: TaskStatusId) -> Result<(), Failure> {
    if custom_status::is_used(tx, account, id).await? {
        let detail = "Tasks have the status: give them another one before.";
        return Err(Refusal::new(Code::StatusInUse, detail).into());
    }
    Ok(())
}
