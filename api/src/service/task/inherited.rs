//! What a task takes from its project, from the task above it and from the contact who sets it.

use liaison_domain::{
    change::Change,
    id::{AccountId, PersonId, ProjectId, TaskId},
    person::Addressee,
    project::ProjectPart,
    task::TaskRole,
};
use liaison_persistence::{
    change_feed, contact,
    database::{Tx, WriteTx},
    person, project,
    task::{
        self,
        counterparty::{self, Source},
    },
};

use super::NewTask;
use crate::{
    env::Env,
    service::{Failure, people::may_join},
};

/// Those whom a project puts in a role of its new tasks and who can take it: who left since gets nothing.
pub async fn default_people(
    tx: &mut dyn Tx,
    account: AccountId,
    project: Option<ProjectId>,
    part: ProjectPart,
) -> Result<Vec<Addressee>, Failure> {
    let Some(id) = project else { return Ok(Vec::new()) };
    let people = project::list_people(tx, account, [id]).await?.remove(&id).unwrap_or_default();
    let ids: Vec<PersonId> = people.of(part).map(|it| it.id).collect();
    let mut known = person::list_addressees(tx, account, ids.iter().copied()).await?;
    Ok(ids.iter().filter_map(|id| known.remove(id)).filter(may_join).collect())
}

/// Whom a task is about that a contact sets: his company, else he himself (CT-2). None where no contact sets it.
pub async fn counterparty_of(
    tx: &mut dyn Tx,
    account: AccountId,
    assigner: PersonId,
) -> Result<Option<PersonId>, Failure> {
    let contact = contact::find(tx, account, assigner).await?;
    Ok(contact.map(|it| it.card.company_ids.first().copied().unwrap_or(it.id)))
}

/// Gives a new task what its project has for all of them: the auditors (ROL-4), and whom it is about; that one else from
/// the task above it (CT-4).
pub(super) async fn take(tx: &mut WriteTx, account: AccountId, new: &mut NewTask) -> Result<(), Failure> {
    let auditors = default_people(tx, account, new.project_id, ProjectPart::Auditor).await?;
    let auditors = auditors.into_iter().map(|it| (TaskRole::Auditor, it.id));
    let auditors: Vec<_> = auditors.filter(|it| !new.roles.contains(it)).collect();
    new.roles.extend(auditors);
    if let (None, Some(id)) = (new.counterparty_id, new.project_id) {
        new.counterparty_id = project::find(tx, account, id).await?.and_then(|it| it.counterparty_id);
    }
    if let (None, Some(id)) = (new.counterparty_id, new.parent_id) {
        new.counterparty_id = task::find(tx, account, id).await?.and_then(|it| it.counterparty_id);
    }
    Ok(())
}

/// Has the tasks of a project, or below a task, be about whom it is about now, as far as they were about the same one
/// before (CT-4). What was about nobody stays so.
pub async fn pass_counterparty_on(
    tx: &mut WriteTx,
    env: &Env,
    account: AccountId,
    source: Source,
    old: Option<PersonId>,
    new: Option<PersonId>,
) -> Result<(), Failure> {
    let Some(old) = old.filter(|it| Some(*it) != new) else { return Ok(()) };
    let tasks = counterparty::list_same(tx, account, source, old).await?;
    counterparty::lock(tx, account, &tasks).await?;
    for task in counterparty::pass_on(tx, account, &tasks, old, new, env.now()).await? {
        change_feed::append(tx, account, Change::TaskUpdated, task.uuid(), env.now());
    }
    Ok(())
}

/// Locks a task with those that a change of its counterparty passes to, in the order of all who lock many tasks.
pub async fn lock_to_pass_on(tx: &mut WriteTx, account: AccountId, id: TaskId) -> Result<(), Failure> {
    let about = task::find(tx, account, id).await?.and_then(|it| it.counterparty_id);
    let mut tasks = match about {
        Some(about) => counterparty::list_same(tx, account, Source::Parent(id), about).await?,
        None => Vec::new(),
    };
    tasks.push(id);
    tasks.sort_unstable();
    tasks.dedup();
    Ok(counterparty::lock(tx, account, &tasks).await?)
}
