//! What an assignee says to a task that was set for him (STA-3).

use liaison_domain::{
    person::Addressee,
    task::{Task, TaskRole, TaskStatus, require_unanswered},
};
use liaison_persistence::{database::WriteTx, person, task::Members};

use super::{TaskChange, standing, update};
use crate::{
    app::App,
    service::{
        Failure,
        access::Entered,
        caller::StaffCaller,
        comment::{self, Addition, NewComment},
        rich_text::RichText,
    },
};

/// Takes a new task on.
pub async fn accept(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: Entered,
) -> Result<(), Failure> {
    answer(tx, app, caller, entered, TaskStatus::InProgress, None).await
}

/// Turns a new task down; the reason becomes a comment to its assigner.
pub async fn reject(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: Entered,
    reason: RichText,
) -> Result<(), Failure> {
    answer(tx, app, caller, entered, TaskStatus::Rejected, Some(reason)).await
}

async fn answer(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: Entered,
    status: TaskStatus,
    reason: Option<RichText>,
) -> Result<(), Failure> {
    let Entered { task, members, .. } = &entered;
    let current = standing::status_for(tx, caller.account, task, members, caller.employee).await?;
    require_unanswered(current, &members.roles_of(caller.employee))?;
    let change = TaskChange { status: Some(status), reason, ..TaskChange::default() };
    update(tx, app, caller, entered, change).await
}

/// Writes down why somebody rejected the task. The assigner is told of it and of the status by one notice, where the task is
/// rejected by that; where nobody may write to him (CONF-1), the reason stays in the task.
pub(super) async fn give_reason(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    (task, members): (&Task, &Members),
    reason: RichText,
    rejects: bool,
) -> Result<(), Failure> {
    let assigner = members.of(TaskRole::Assigner).map(|it| it.id).filter(|it| *it != caller.employee);
    let audience = person::list_addressees(tx, caller.account, assigner).await?.into_values();
    let new =
        NewComment::written(caller.employee, reason, audience.filter(Addressee::is_addressable).collect());
    let mut addition = Addition::of(app, task, members, new);
    addition.rejects = rejects;
    comment::add_all(tx, app, caller.account, &[addition]).await
}
