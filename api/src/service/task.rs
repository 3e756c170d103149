//! Tasks: setting them, changing them, who takes part.

use liaison_domain::{
    Timestamp,
    fan_out::notified_of_new_task,
    id::{FileId, PersonId, TaskId},
    outgoing::MailKind,
    refusal::{Code, FieldCode, Refusal},
    task::{Priority, Task, TaskRight, TaskRole, TaskStatus},
    text::Title,
};
use liaison_persistence::{
    change_feed::{self, Change},
    database::WriteTx,
    file, person, task,
};

use super::{
    Failure,
    access::{self, Entered},
    caller::StaffCaller,
    fan_out::{self, Notice},
    file::get_attachable,
    people::{Named, get_selectable},
    rich_text::RichText,
    stale,
};
use crate::app::App;

/// The people of a task, as a caller names them.
#[derive(Clone, Debug, Default)]
pub struct People {
    pub assigner: Option<PersonId>,
    pub assignees: Option<Vec<PersonId>>,
    pub participants: Option<Vec<PersonId>>,
    pub auditors: Option<Vec<PersonId>>,
}

impl People {
    /// The roles that are named, each with its whole list.
    fn named(&self) -> impl Iterator<Item = (TaskRole, &[PersonId])> {
        [
            (TaskRole::Assigner, self.assigner.as_ref().map(std::slice::from_ref)),
            (TaskRole::Assignee, self.assignees.as_deref()),
            (TaskRole::Participant, self.participants.as_deref()),
            (TaskRole::Auditor, self.auditors.as_deref()),
        ]
        .into_iter()
        .filter_map(|(role, people)| Some((role, people?)))
    }

    /// Refuses people who are not known here or may not take part.
    async fn require_selectable(&self, tx: &mut WriteTx, caller: &StaffCaller) -> Result<(), Failure> {
        let named: Vec<Named<'_>> =
            self.named().map(|(role, people)| Named { field: field_of(role), people }).collect();
        get_selectable(tx, caller.account, &named).await.map(drop)
    }
}

const fn field_of(role: TaskRole) -> &'static str {
    match role {
        TaskRole::Assigner => "/assigner",
        TaskRole::Assignee => "/assignees",
        TaskRole::Participant => "/participants",
        TaskRole::Auditor => "/auditors",
    }
}

/// A new task.
#[derive(Debug)]
pub struct CreateTask {
    pub title: Title,
    pub description: RichText,
    pub priority: Priority,
    pub start_at: Option<Timestamp>,
    pub deadline: Option<Timestamp>,
    pub parent_id: Option<TaskId>,
    pub people: People,
    pub file_ids: Vec<FileId>,
}

/// Sets a task. Who is not named assigner is the caller; contacts made assignee get the new-task mail (CLI-7).
pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    new: CreateTask,
) -> Result<TaskId, Failure> {
    let now = app.env.now();
    let people = People { assigner: Some(new.people.assigner.unwrap_or(caller.employee)), ..new.people };
    people.require_selectable(tx, caller).await?;
    let files = get_attachable(tx, caller, &new.file_ids).await?;
    require_parent(tx, caller, new.parent_id).await?;
    let task = Task {
        id: app.env.id(),
        number: task::next_number(tx, caller.account).await?,
        title: new.title.into_string(),
        description_html: new.description.html,
        description_text: new.description.text,
        status: TaskStatus::New,
        priority: new.priority,
        start_at: new.start_at,
        deadline: new.deadline,
        parent_id: new.parent_id,
        created_by: caller.employee,
        created_at: now,
        updated_at: now,
        closed_at: None,
        version: 1,
    };
    task::insert(tx, caller.account, &task).await?;
    let roles = people.named().flat_map(|(role, people)| people.iter().map(move |it| (role, *it)));
    task::insert_members(tx, caller.account, task.id, roles).await?;
    let files: Vec<FileId> = files.iter().map(|it| it.id).collect();
    file::attach_to_task(tx, caller.account, task.id, &files).await?;
    let assignees = people.assignees.as_deref().unwrap_or_default();
    tell_assignees(tx, app, caller, &task, people.assigner, assignees).await?;
    record(tx, app, caller, "task.created", task.id).await?;
    Ok(task.id)
}

/// Tells those who were made assignee: contacts by mail, employees in the application.
async fn tell_assignees(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    task: &Task,
    assigner: Option<PersonId>,
    assignees: &[PersonId],
) -> Result<(), Failure> {
    if assignees.is_empty() {
        return Ok(());
    }
    let people = assignees.iter().copied().chain(assigner);
    let known = person::list_addressees(tx, caller.account, people).await?;
    let assigner = assigner.and_then(|id| known.get(&id));
    let audience = notified_of_new_task(assigner, assignees.iter().filter_map(|id| known.get(id)));
    let notice = Notice {
        account: caller.account,
        task,
        kind: MailKind::NewTask,
        comment: None,
        author: caller.employee,
        audience: &audience,
        contacts_wait: false,
    };
    fan_out::notify(tx, app, &notice).await.map(drop)
}

/// What changes of a task.
#[derive(Debug, Default)]
pub struct TaskChange {
    pub title: Option<Title>,
    pub description: Option<RichText>,
    pub status: Option<TaskStatus>,
    pub priority: Option<Priority>,
    /// Each of the three: the new value, or a new nothing.
    pub start_at: Option<Option<Timestamp>>,
    pub deadline: Option<Option<Timestamp>>,
    pub parent_id: Option<Option<TaskId>>,
    pub people: People,
}

impl TaskChange {
    /// The rights that the change needs (ROL, ROL-9).
    fn rights(&self) -> Vec<TaskRight> {
        let people = &self.people;
        let edits = self.title.is_some()
            || self.description.is_some()
            || self.priority.is_some()
            || self.start_at.is_some()
            || self.deadline.is_some()
            || self.parent_id.is_some()
            || people.assigner.is_some();
        let moves = people.assignees.is_some() || people.participants.is_some() || people.auditors.is_some();
        [
            (edits, TaskRight::Edit),
            (self.status.is_some(), TaskRight::ChangeStatus),
            (moves, TaskRight::ChangePeople),
        ]
        .into_iter()
        .filter_map(|(needed, right)| needed.then_some(right))
        .collect()
    }
}

/// Changes a task.
pub async fn update(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: Entered,
    change: TaskChange,
) -> Result<(), Failure> {
    for right in change.rights() {
        entered.require(caller, right)?;
    }
    change.people.require_selectable(tx, caller).await?;
    let Entered { task, members, .. } = entered;
    let parent_id = change.parent_id.unwrap_or(task.parent_id);
    require_no_circle(tx, caller, task.id, parent_id).await?;
    let (now, status) = (app.env.now(), change.status.unwrap_or(task.status));
    let description =
        change.description.unwrap_or(RichText { html: task.description_html, text: task.description_text });
    let changed = Task {
        title: change.title.map_or(task.title, Title::into_string),
        description_html: description.html,
        description_text: description.text,
        status,
        priority: change.priority.unwrap_or(task.priority),
        start_at: change.start_at.unwrap_or(task.start_at),
        deadline: change.deadline.unwrap_or(task.deadline),
        parent_id,
        updated_at: now,
        closed_at: if status.is_active() { None } else { task.closed_at.or(Some(now)) },
        ..task
    };
    if !task::update(tx, caller.account, &changed).await? {
        return Err(stale().into());
    }
    for (role, people) in change.people.named() {
        task::replace_members(tx, caller.account, changed.id, role, people).await?;
    }
    let had = |id: &&PersonId| members.of(TaskRole::Assignee).any(|person| person.id == **id);
    let newly: Vec<PersonId> =
        change.people.assignees.iter().flatten().filter(|id| !had(id)).copied().collect();
    let assigner = change.people.assigner.or(members.of(TaskRole::Assigner).next().map(|it| it.id));
    tell_assignees(tx, app, caller, &changed, assigner, &newly).await?;
    record(tx, app, caller, "task.updated", changed.id).await
}

/// Puts a person in a role, or leaves him there.
pub async fn add_member(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: Entered,
    role: TaskRole,
    person: PersonId,
) -> Result<(), Failure> {
    let field = Named { field: "/person_id", people: std::slice::from_ref(&person) };
    get_selectable(tx, caller.account, &[field]).await?;
    let mut people: Vec<PersonId> = entered.members.of(role).map(|it| it.id).collect();
    if people.contains(&person) {
        return Ok(entered.require(caller, TaskRight::ChangePeople)?);
    }
    people.push(person);
    let change = TaskChange { people: People::of(role, people)?, ..TaskChange::default() };
    update(tx, app, caller, entered, change).await
}

/// Takes a person out of a role; who does not hold it is 404.
pub async fn remove_member(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    role: TaskRole,
    person: PersonId,
) -> Result<(), Failure> {
    entered.require(caller, TaskRight::ChangePeople)?;
    if role == TaskRole::Assigner {
        return Err(assigner_required().into());
    }
    if !task::delete_member(tx, caller.account, entered.task.id, role, person).await? {
        return Err(Refusal::unknown_id("?person").into());
    }
    task::touch(tx, caller.account, entered.task.id, app.env.now()).await?;
    record(tx, app, caller, "task.updated", entered.task.id).await
}

impl People {
    fn of(role: TaskRole, people: Vec<PersonId>) -> Result<Self, Refusal> {
        Ok(match role {
            TaskRole::Assigner => return Err(assigner_required()),
            TaskRole::Assignee => Self { assignees: Some(people), ..Self::default() },
            TaskRole::Participant => Self { participants: Some(people), ..Self::default() },
            TaskRole::Auditor => Self { auditors: Some(people), ..Self::default() },
        })
    }
}

fn assigner_required() -> Refusal {
    Refusal::new(Code::AssignerRequired, "A task has exactly one assigner; name another one instead.").at(
        "/role",
        FieldCode::Invalid,
        "can't be assigner",
    )
}

/// A parent is a task that the caller may see.
async fn require_parent(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    parent: Option<TaskId>,
) -> Result<(), Failure> {
    let Some(parent) = parent else { return Ok(()) };
    match access::enter(tx, caller, parent).await {
        Ok(_) => Ok(()),
        Err(Failure::Refused(_)) => Err(Refusal::unknown_id("/parent_id").into()),
        Err(failure) => Err(failure),
    }
}

/// No task is above itself.
async fn require_no_circle(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    task: TaskId,
    parent: Option<TaskId>,
) -> Result<(), Failure> {
    require_parent(tx, caller, parent).await?;
    if let Some(parent) = parent
        && task::is_above(tx, caller.account, task, parent).await?
    {
        return Err(Refusal::new(Code::ValidationFailed, "A task can't be above itself.")
            .at("/parent_id", FieldCode::Invalid, "is the task itself or one below it")
            .into());
    }
    Ok(())
}

async fn record(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    event: &'static str,
    id: TaskId,
) -> Result<(), Failure> {
    let change = Change { event, kind: "task", id: id.uuid() };
    Ok(change_feed::append(tx, caller.account, change, app.env.now()).await?)
}
