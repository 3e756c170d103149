//! Projects: every employee sees, makes and renames them.

use liaison_domain::{
    change::Change,
    id::{AccountId, ProjectId},
    project::Project,
    refusal::Refusal,
    text::Name,
};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    page::{Page, PageRequest},
    project,
};

use super::{Failure, caller::StaffCaller, stale};
use crate::env::Env;

pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller, id: ProjectId) -> Result<Project, Failure> {
    Ok(project::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?)
}

/// The project that a body or query names at `pointer`.
pub async fn require(
    tx: &mut dyn Tx,
    account: AccountId,
    project: Option<ProjectId>,
    pointer: &'static str,
) -> Result<(), Failure> {
    let Some(id) = project else { return Ok(()) };
    match project::find(tx, account, id).await? {
        Some(_) => Ok(()),
        None => Err(Refusal::unknown_id(pointer).into()),
    }
}

pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    page: PageRequest,
) -> Result<Page<Project>, Failure> {
    Ok(project::list(tx, caller.account, page).await?)
}

pub async fn create(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    name: Name,
) -> Result<Project, Failure> {
    let number = project::next_number(tx, caller.account).await?;
    let new = Project { id: env.id(), number, name: name.into_string(), created_at: env.now(), version: 1 };
    project::insert(tx, caller.account, &new).await?;
    change_feed::append(tx, caller.account, Change::ProjectCreated, new.id.uuid(), env.now());
    Ok(new)
}

/// Gives a project that stands at `current` another name.
pub async fn rename(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: Project,
    name: Option<Name>,
) -> Result<Project, Failure> {
    let Some(name) = name else { return Ok(current) };
    if !project::update(tx, caller.account, current.id, name.as_str(), current.version).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, caller.account, Change::ProjectUpdated, current.id.uuid(), env.now());
    get(tx, caller, current.id).await
}
