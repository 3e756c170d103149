//! Projects: every employee sees, makes and renames them; external users see those of their companies and tasks. What reaches
//! into their tasks, people and counterparty among it, is for administrators and the project's auditors to change.

use liaison_domain::{
    change::Change,
    id::{AccountId, PersonId, ProjectId},
    person::PersonKind,
    project::{Project, ProjectPart, ProjectStatus},
    refusal::{Code, Refusal},
    text::Name,
};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    page::{Page, PageRequest},
    project::{self, Filter, ProjectPeople},
    task::counterparty::Source,
};

use super::{
    Failure,
    caller::{StaffCaller, UserCaller},
    people::{Named, get_selectable},
    stale,
    task::{pass_counterparty_on, require_counterparty},
};
use crate::env::Env;

/// What a project is to be; absent parts stay as they are, or as they begin.
#[derive(Debug, Default)]
pub struct ProjectChange {
    pub name: Option<Name>,
    pub description: Option<String>,
    pub status: Option<ProjectStatus>,
    /// A new counterparty, or a new nobody.
    pub counterparty: Option<Option<PersonId>>,
    pub is_hidden_from_clients: Option<bool>,
    /// Each part that is named, with its whole list.
    pub people: Vec<(ProjectPart, Vec<PersonId>)>,
}

impl ProjectChange {
    fn is_empty(&self) -> bool {
        self.name.is_none() && self.description.is_none() && !self.reaches_tasks()
    }

    /// Whether it changes more than how the project is called and described.
    fn reaches_tasks(&self) -> bool {
        self.status.is_some()
            || self.counterparty.is_some()
            || self.is_hidden_from_clients.is_some()
            || !self.people.is_empty()
    }
}

/// A project that the caller sees (EXT-1); another one sounds like one that is not there (S6).
pub async fn get(tx: &mut dyn Tx, caller: &UserCaller, id: ProjectId) -> Result<Project, Failure> {
    let found = if caller.is_external() {
        project::find_seen(tx, caller.account, caller.person, id).await?
    } else {
        project::find(tx, caller.account, id).await?
    };
    Ok(found.ok_or_else(Refusal::not_found)?)
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

/// The projects that the caller sees (EXT-1), newest first.
pub async fn list(
    tx: &mut dyn Tx,
    caller: &UserCaller,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Project>, Failure> {
    Ok(if caller.is_external() {
        project::list_seen(tx, caller.account, caller.person, filter, page).await?
    } else {
        project::list(tx, caller.account, filter, page).await?
    })
}

pub async fn create(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    name: Name,
    change: ProjectChange,
) -> Result<Project, Failure> {
    let counterparty_id = change.counterparty.flatten();
    require_counterparty(tx, caller, "/counterparty_id", counterparty_id, None).await?;
    let people = settle_people(tx, caller, change.people, &ProjectPeople::default()).await?;
    let new = Project {
        id: env.id(),
        number: project::next_number(tx, caller.account).await?,
        name: name.into_string(),
        description: change.description.unwrap_or_default(),
        status: change.status.unwrap_or(ProjectStatus::Active),
        counterparty_id,
        is_hidden_from_clients: change.is_hidden_from_clients.unwrap_or(false),
        created_at: env.now(),
        version: 1,
    };
    project::insert(tx, caller.account, &new).await?;
    for (part, people) in people {
        project::replace_people(tx, caller.account, new.id, part, &people).await?;
    }
    change_feed::append(tx, caller.account, Change::ProjectCreated, new.id.uuid(), env.now());
    Ok(new)
}

/// Changes a project that stands at `current`. A new counterparty passes to its tasks (CT-4).
pub async fn update(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: Project,
    change: ProjectChange,
) -> Result<Project, Failure> {
    if change.is_empty() {
        return Ok(current);
    }
    let held = project::list_people(tx, caller.account, [current.id]).await?;
    let held = held.get(&current.id).cloned().unwrap_or_default();
    let is_auditor = held.holds(ProjectPart::Auditor, caller.employee);
    if change.reaches_tasks() && !is_auditor && !caller.role.is_admin() {
        let detail =
            "Only administrators and the project's auditors change its people, counterparty and status.";
        return Err(Refusal::new(Code::Forbidden, detail).into());
    }
    let counterparty = change.counterparty.flatten();
    require_counterparty(tx, caller, "/counterparty_id", counterparty, current.counterparty_id).await?;
    let people = settle_people(tx, caller, change.people, &held).await?;
    let (id, old) = (current.id, current.counterparty_id);
    let changed = Project {
        name: change.name.map_or(current.name, Name::into_string),
        description: change.description.unwrap_or(current.description),
        status: change.status.unwrap_or(current.status),
        counterparty_id: change.counterparty.unwrap_or(old),
        is_hidden_from_clients: change.is_hidden_from_clients.unwrap_or(current.is_hidden_from_clients),
        ..current
    };
    if !project::update(tx, caller.account, &changed).await? {
        return Err(stale().into());
    }
    for (part, people) in people {
        project::replace_people(tx, caller.account, id, part, &people).await?;
    }
    let source = Source::Project(id);
    pass_counterparty_on(tx, env, caller.account, source, old, changed.counterparty_id).await?;
    change_feed::append(tx, caller.account, Change::ProjectUpdated, id.uuid(), env.now());
    get(tx, caller, id).await
}

/// The people who are named, each once. Who is not known here or may not take part is refused; who is there already may
/// stay, whatever became of him. A client-manager is an employee (EXT-2).
async fn settle_people(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    people: Vec<(ProjectPart, Vec<PersonId>)>,
    held: &ProjectPeople,
) -> Result<Vec<(ProjectPart, Vec<PersonId>)>, Failure> {
    let joining = people.iter().flat_map(|(part, people)| {
        Named::each(pointer(*part), people).filter(|it| !held.holds(*part, it.id)).map(|it| (*part, it))
    });
    let (parts, joining): (Vec<_>, Vec<_>) = joining.unzip();
    let known = get_selectable(tx, caller.account, &joining).await?;
    for (part, named) in parts.into_iter().zip(joining) {
        let is_contact = known.get(&named.id).is_some_and(|it| it.kind() == PersonKind::Contact);
        if part == ProjectPart::ClientManager && is_contact {
            return Err(Refusal::unknown_id(&named.pointer).into());
        }
    }
    let once = |people: Vec<PersonId>| {
        let mut once = Vec::with_capacity(people.len());
        for id in people {
            if !once.contains(&id) {
                once.push(id);
            }
        }
        once
    };
    Ok(people.into_iter().map(|(part, people)| (part, once(people))).collect())
}

/// How bodies call a part.
pub const fn pointer(part: ProjectPart) -> &'static str {
    match part {
        ProjectPart::Assignee => "/default_assignees",
        ProjectPart::Participant => "/default_participants",
        ProjectPart::Auditor => "/auditors",
        ProjectPart::ClientManager => "/client_managers",
    }
}
