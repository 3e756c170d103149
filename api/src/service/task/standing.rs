//! What each of several assignees has made of a task, as it is kept (STA-5).
//!
//! A task that another account has too has one status for all: that alone crosses (LINKM-3), and nothing else is kept.

use std::collections::{BTreeMap, BTreeSet};

use liaison_domain::{
    id::{AccountId, PersonId, TaskId},
    link::state::MirrorState,
    task::{
        Task, TaskRole, TaskStatus,
        standing::{AssigneeStatus, Standing},
    },
};
use liaison_persistence::{
    database::{Tx, WriteTx},
    link::mirror,
    task::{self, Members},
};

use crate::{
    app::App,
    service::{Failure, stale},
};

/// How a task stands after a change.
pub(super) struct Decided {
    pub status: TaskStatus,
    /// What is to be kept of each; none where it can stay as it is.
    own: Option<BTreeMap<PersonId, AssigneeStatus>>,
}

impl Decided {
    /// Keeps what each has made of it, once the new assignees are there.
    pub(super) async fn keep(
        &self,
        tx: &mut WriteTx,
        account: AccountId,
        task: TaskId,
    ) -> Result<(), Failure> {
        let Some(own) = &self.own else { return Ok(()) };
        Ok(task::update_own_statuses(tx, account, task, own).await?)
    }
}

/// Decides how a task stands after somebody has set its status, and others do it, where they do.
pub(super) async fn decide(
    tx: &mut dyn Tx,
    account: AccountId,
    (task, members): (&Task, &Members),
    set: Option<(PersonId, TaskStatus)>,
    assignees: Option<&BTreeSet<PersonId>>,
) -> Result<Decided, Failure> {
    let were = assignees_of(members);
    let are = assignees.unwrap_or(&were);
    if (were.len() < 2 && are.len() < 2) || is_shared(tx, account, task.id).await? {
        return Ok(Decided { status: set.map_or(task.status, |it| it.1), own: None });
    }
    let standing = load(tx, account, task, members).await?;
    let standing = match set {
        Some((by, status)) => standing.set(by, status),
        None => standing,
    };
    let assigner = members.of(TaskRole::Assigner).next().map(|it| it.id);
    let standing = standing.with_assignees(are, assigner);
    Ok(Decided { status: standing.status(), own: Some(standing.own().clone()) })
}

/// Has a task stand as it does with these assignees, who are there already; gives the task as it is then.
pub(super) async fn settle(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    (task, members): (&Task, &Members),
    assignees: &BTreeSet<PersonId>,
) -> Result<Task, Failure> {
    let decided = decide(tx, account, (task, members), None, Some(assignees)).await?;
    decided.keep(tx, account, task.id).await?;
    if decided.status == task.status {
        return Ok(task.clone());
    }
    let now = app.env.now();
    let changed = Task { updated_at: now, ..task.clone().with_status(decided.status, now) };
    if !task::update(tx, account, &changed).await? {
        return Err(stale().into());
    }
    Ok(Task { version: changed.version + 1, ..changed })
}

/// The status that somebody's answer to a task would change.
pub(super) async fn status_for(
    tx: &mut dyn Tx,
    account: AccountId,
    task: &Task,
    members: &Members,
    person: PersonId,
) -> Result<TaskStatus, Failure> {
    Ok(load(tx, account, task, members).await?.status_for(person))
}

/// Another account has the task too: its status is everybody's from now on.
pub(in crate::service) async fn share(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
) -> Result<(), Failure> {
    Ok(task::update_own_statuses(tx, account, task, &BTreeMap::new()).await?)
}

pub(super) fn assignees_of(members: &Members) -> BTreeSet<PersonId> {
    members.of(TaskRole::Assignee).map(|it| it.id).collect()
}

async fn load(
    tx: &mut dyn Tx,
    account: AccountId,
    task: &Task,
    members: &Members,
) -> Result<Standing, Failure> {
    let assignees = assignees_of(members);
    let kept = match assignees.len() {
        0 | 1 => None,
        _ => task::list_own_statuses(tx, account, [task.id]).await?.remove(&task.id),
    };
    Ok(Standing::of(task.status, assignees, &kept.unwrap_or_default()))
}

async fn is_shared(tx: &mut dyn Tx, account: AccountId, task: TaskId) -> Result<bool, Failure> {
    let mirrors = mirror::list_of_task(tx, account, task).await?;
    Ok(mirrors.iter().any(|it| it.state == MirrorState::Open))
}
