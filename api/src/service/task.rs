//! Tasks: setting them, changing them, who takes part.

use std::collections::{BTreeSet, HashMap};

use liaison_domain::{
    Timestamp,
    change::Change,
    fan_out::notified_of_new_task,
    file::Attachment,
    id::{AccountId, FileId, IncomingMailId, PersonId, ProjectId, TaskId},
    mail_address::EmailAddress,
    outgoing::MailKind,
    person::{Addressee, PersonKind},
    refusal::{Code, FieldCode, Refusal},
    task::{Priority, Task, TaskRight, TaskRole, TaskStatus},
    text::Title,
};
use liaison_persistence::{
    change_feed,
    comment::Warning,
    contact,
    database::WriteTx,
    file,
    task::{self, Members},
};

use super::{
    Failure,
    access::{self, Entered},
    caller::StaffCaller,
    contact::named_by_address,
    fan_out::{self, Notice, staff},
    file::get_attachable,
    link::edits,
    people::{Named, get_selectable},
    project,
    rich_text::RichText,
    stale, status_news,
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

    /// Loads who joins. Who is not known here or may not take part is refused; who holds the role already may stay,
    /// whatever became of him.
    async fn get_joining(
        &self,
        tx: &mut WriteTx,
        caller: &StaffCaller,
        members: &Members,
    ) -> Result<HashMap<PersonId, Addressee>, Failure> {
        let mut joining = Vec::new();
        for (role, people) in self.named() {
            let named = match role {
                TaskRole::Assigner => {
                    people.iter().map(|id| Named { pointer: "/assigner".to_owned(), id: *id }).collect()
                }
                TaskRole::Assignee => Named::each("/assignees", people).collect::<Vec<_>>(),
                TaskRole::Participant => Named::each("/participants", people).collect(),
                TaskRole::Auditor => Named::each("/auditors", people).collect(),
            };
            joining.extend(named.into_iter().filter(|it| !members.holds(role, it.id)));
        }
        get_selectable(tx, caller.account, &joining).await
    }
}

/// A task as an employee sets it.
#[derive(Debug)]
pub struct CreateTask {
    pub title: Title,
    pub description: RichText,
    pub priority: Priority,
    pub start_at: Option<Timestamp>,
    pub deadline: Option<Timestamp>,
    pub parent_id: Option<TaskId>,
    pub project_id: Option<ProjectId>,
    pub counterparty: Option<PersonId>,
    pub people: People,
    /// More assignees, who may be unknown here (LINKC-1).
    pub assignee_emails: Vec<EmailAddress>,
    pub file_ids: Vec<FileId>,
}

/// A task from any origin, with everybody and everything in it known to be there.
#[derive(Debug)]
pub struct NewTask {
    pub title: Title,
    pub description: RichText,
    pub priority: Priority,
    pub start_at: Option<Timestamp>,
    pub deadline: Option<Timestamp>,
    pub parent_id: Option<TaskId>,
    pub project_id: Option<ProjectId>,
    pub counterparty_id: Option<PersonId>,
    pub incoming_mail_id: Option<IncomingMailId>,
    pub created_by: PersonId,
    /// Everybody with his role, exactly one assigner among them (ROL-1).
    pub roles: Vec<(TaskRole, PersonId)>,
    /// Who is told of it.
    pub told: Vec<Addressee>,
    pub files: Vec<Attachment>,
    pub warnings: Vec<Warning>,
    /// Systems like ours that the mail went through which it begins with (R3); none where no mail did.
    pub mail_hops: Option<u32>,
}

/// Sets a task. Who is not named assigner is the caller; contacts made assignee get the new-task mail (CLI-7).
pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    new: CreateTask,
) -> Result<TaskId, Failure> {
    let assigner = new.people.assigner.unwrap_or(caller.employee);
    let mut people = People { assigner: Some(assigner), ..new.people };
    for email in &new.assignee_emails {
        let person = named_by_address(tx, app, caller, email).await?;
        people.assignees.get_or_insert_default().push(person);
    }
    let known = people.get_joining(tx, caller, &Members::default()).await?;
    let files = get_attachable(tx, caller, &new.file_ids).await?;
    require_parent(tx, caller, new.parent_id).await?;
    project::require(tx, caller.account, new.project_id, "/project_id").await?;
    require_counterparty(tx, caller, new.counterparty, None).await?;
    let roles = people.named().flat_map(|(role, people)| people.iter().map(move |it| (role, *it)));
    let assignees = people.assignees.iter().flatten().filter_map(|id| known.get(id));
    let new = NewTask {
        title: new.title,
        description: new.description,
        priority: new.priority,
        start_at: new.start_at,
        deadline: new.deadline,
        parent_id: new.parent_id,
        project_id: new.project_id,
        counterparty_id: new.counterparty,
        incoming_mail_id: None,
        created_by: caller.employee,
        roles: roles.collect(),
        told: notified_of_new_task(known.get(&assigner).map(Addressee::kind), assignees),
        files: files.into_iter().map(|it| Attachment { file: it.id, content_id: None }).collect(),
        warnings: Vec::new(),
        mail_hops: None,
    };
    Ok(add(tx, app, caller.account, new).await?.id)
}

/// Adds a task: the row, its people, its files, the notices.
pub async fn add(tx: &mut WriteTx, app: &App, account: AccountId, new: NewTask) -> Result<Task, Failure> {
    let now = app.env.now();
    let task = Task {
        id: app.env.id(),
        number: task::next_number(tx, account).await?,
        title: new.title.into_string(),
        description_html: new.description.html,
        description_text: new.description.text,
        status: TaskStatus::New,
        priority: new.priority,
        start_at: new.start_at,
        deadline: new.deadline,
        parent_id: new.parent_id,
        project_id: new.project_id,
        counterparty_id: new.counterparty_id,
        incoming_mail_id: new.incoming_mail_id,
        created_by: new.created_by,
        created_at: now,
        updated_at: now,
        closed_at: None,
        version: 1,
    };
    task::insert(tx, account, &task, &new.warnings).await?;
    task::insert_members(tx, account, task.id, new.roles.iter().copied()).await?;
    file::attach_to_task(tx, account, task.id, &new.files).await?;
    tell(tx, app, account, new.created_by, &task, &new.told, new.mail_hops).await?;
    tell_joined(tx, app, account, new.created_by, &task, &new.roles, new.mail_hops).await?;
    change_feed::append(tx, account, Change::TaskCreated, task.id.uuid(), app.env.now());
    Ok(task)
}

/// Makes people assignees who are known and may be; gives those who were none before, who are told.
pub async fn add_assignees(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    author: PersonId,
    (task, members): (&Task, &Members),
    people: &[Addressee],
    hops: u32,
) -> Result<(), Failure> {
    let joining = people.iter().filter(|it| !members.holds(TaskRole::Assignee, it.id));
    let told = notified_of_new_task(assigner_of(members), joining.clone());
    task::insert_members(tx, account, task.id, joining.map(|it| (TaskRole::Assignee, it.id))).await?;
    edits::task_updated(tx, app, account, author, (task, members), task).await?;
    tell(tx, app, account, author, task, &told, Some(hops)).await?;
    task::touch(tx, account, task.id, app.env.now()).await?;
    change_feed::append(tx, account, Change::TaskUpdated, task.id.uuid(), app.env.now());
    Ok(())
}

/// Tells of a task that is new to them: contacts by mail, employees in the application.
pub(super) async fn tell(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    author: PersonId,
    task: &Task,
    audience: &[Addressee],
    mail_hops: Option<u32>,
) -> Result<(), Failure> {
    if audience.is_empty() {
        return Ok(());
    }
    fan_out::notify(tx, app, &news(account, author, task, audience, mail_hops)).await.map(drop)
}

/// Tells employees who take part in the task or watch over it, and want to be told of that (NTF-3).
async fn tell_joined(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    author: PersonId,
    task: &Task,
    joining: &[(TaskRole, PersonId)],
    mail_hops: Option<u32>,
) -> Result<(), Failure> {
    staff::tell_joined(tx, app, &news(account, author, task, &[], mail_hops), joining).await
}

fn news<'a>(
    account: AccountId,
    author: PersonId,
    task: &'a Task,
    audience: &'a [Addressee],
    mail_hops: Option<u32>,
) -> Notice<'a> {
    Notice {
        account,
        task,
        kind: MailKind::NewTask,
        comment: None,
        author,
        mailbox: None,
        audience,
        contacts_wait: false,
        hops: mail_hops.unwrap_or_default(),
        by_mail: mail_hops.is_some(),
        mentioned: &[],
        is_for_others: false,
    }
}

/// What changes of a task.
#[derive(Debug, Default)]
pub struct TaskChange {
    pub title: Option<Title>,
    pub description: Option<RichText>,
    pub status: Option<TaskStatus>,
    pub priority: Option<Priority>,
    /// Each of these: the new value, or a new nothing.
    pub start_at: Option<Option<Timestamp>>,
    pub deadline: Option<Option<Timestamp>>,
    pub parent_id: Option<Option<TaskId>>,
    pub project_id: Option<Option<ProjectId>>,
    pub counterparty: Option<Option<PersonId>>,
    pub people: People,
}

impl TaskChange {
    /// The rights that the change needs (ROL); none where nothing changes.
    fn rights(&self) -> BTreeSet<TaskRight> {
        let edits = self.title.is_some()
            || self.description.is_some()
            || self.priority.is_some()
            || self.start_at.is_some()
            || self.deadline.is_some()
            || self.parent_id.is_some()
            || self.project_id.is_some()
            || self.counterparty.is_some();
        let mut rights: BTreeSet<TaskRight> =
            self.people.named().map(|(role, _)| TaskRight::to_fill(role)).collect();
        rights.extend(edits.then_some(TaskRight::Edit));
        rights.extend(self.status.map(|_| TaskRight::ChangeStatus));
        rights
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
    let rights = change.rights();
    if rights.is_empty() {
        return Ok(());
    }
    for right in rights {
        entered.require(caller, right)?;
    }
    let Entered { task, members, .. } = entered;
    let known = change.people.get_joining(tx, caller, &members).await?;
    let parent_id = change.parent_id.unwrap_or(task.parent_id);
    if parent_id != task.parent_id {
        require_no_circle(tx, caller, task.id, parent_id).await?;
    }
    project::require(tx, caller.account, change.project_id.flatten(), "/project_id").await?;
    require_counterparty(tx, caller, change.counterparty.flatten(), task.counterparty_id).await?;
    let before = task.clone();
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
        project_id: change.project_id.unwrap_or(task.project_id),
        counterparty_id: change.counterparty.unwrap_or(task.counterparty_id),
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
    edits::task_updated(tx, app, caller.account, caller.employee, (&before, &members), &changed).await?;
    let joined = |id: &&PersonId| !members.holds(TaskRole::Assignee, **id);
    let assignees = change.people.assignees.iter().flatten().filter(joined).filter_map(|id| known.get(id));
    let new_assigner = change.people.assigner.and_then(|id| known.get(&id)).map(Addressee::kind);
    let told = notified_of_new_task(new_assigner.or_else(|| assigner_of(&members)), assignees);
    tell(tx, app, caller.account, caller.employee, &changed, &told, None).await?;
    let joining = change.people.named().flat_map(|(role, people)| people.iter().map(move |it| (role, *it)));
    let joining: Vec<_> = joining.filter(|(role, it)| !members.holds(*role, *it)).collect();
    tell_joined(tx, app, caller.account, caller.employee, &changed, &joining, None).await?;
    if change.people.assigner.is_none() {
        status_news::tell(tx, app, caller, before.status, &changed, &members).await?;
    }
    change_feed::append(tx, caller.account, Change::TaskUpdated, changed.id.uuid(), app.env.now());
    Ok(())
}

fn assigner_of(members: &Members) -> Option<PersonKind> {
    members.of(TaskRole::Assigner).next().map(|it| it.kind)
}

/// Puts a person in a role, or leaves him there.
pub async fn add_member(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    role: TaskRole,
    person: PersonId,
) -> Result<(), Failure> {
    require_not_assigner(role, "/role")?;
    entered.require(caller, TaskRight::to_fill(role))?;
    let Entered { task, members, .. } = entered;
    if members.holds(role, person) {
        return Ok(());
    }
    let named = Named { pointer: "/person_id".to_owned(), id: person };
    let known = get_selectable(tx, caller.account, &[named]).await?;
    task::insert_members(tx, caller.account, task.id, [(role, person)]).await?;
    edits::task_updated(tx, app, caller.account, caller.employee, (task, members), task).await?;
    if role == TaskRole::Assignee {
        let told = notified_of_new_task(assigner_of(members), known.values());
        tell(tx, app, caller.account, caller.employee, task, &told, None).await?;
    }
    tell_joined(tx, app, caller.account, caller.employee, task, &[(role, person)], None).await?;
    task::touch(tx, caller.account, task.id, app.env.now()).await?;
    change_feed::append(tx, caller.account, Change::TaskUpdated, task.id.uuid(), app.env.now());
    Ok(())
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
    require_not_assigner(role, "?role")?;
    entered.require(caller, TaskRight::to_fill(role))?;
    if !task::delete_member(tx, caller.account, entered.task.id, role, person).await? {
        return Err(Refusal::unknown_id("?person").into());
    }
    let Entered { task, members, .. } = entered;
    edits::task_updated(tx, app, caller.account, caller.employee, (task, members), task).await?;
    task::touch(tx, caller.account, entered.task.id, app.env.now()).await?;
    change_feed::append(tx, caller.account, Change::TaskUpdated, entered.task.id.uuid(), app.env.now());
    Ok(())
}

/// The assigner is replaced, never added or taken out (ROL-1).
fn require_not_assigner(role: TaskRole, pointer: &str) -> Result<(), Refusal> {
    if role != TaskRole::Assigner {
        return Ok(());
    }
    let detail = "A task has exactly one assigner; name another one instead.";
    Err(Refusal::new(Code::AssignerRequired, detail).at(pointer, FieldCode::Invalid, "can't be assigner"))
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

/// A counterparty is a contact (CT-1) who may be one (CONF-2); who is already stays, whatever became of him (CT-3).
async fn require_counterparty(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    counterparty: Option<PersonId>,
    current: Option<PersonId>,
) -> Result<(), Failure> {
    let Some(id) = counterparty.filter(|it| Some(*it) != current) else { return Ok(()) };
    let found = contact::find(tx, caller.account, id).await?;
    if found.ok_or_else(|| Refusal::unknown_id("/counterparty"))?.card.selectable_as_counterparty {
        return Ok(());
    }
    let detail = "The contact may not be a counterparty: selectable_as_counterparty is off.";
    Err(Refusal::new(Code::ContactNotSelectable, detail)
        .at("/counterparty", FieldCode::NotSelectable, "selectable_as_counterparty is off")
        .into())
}
