//! Tasks: setting them. How they change stands in [`change`], what assignees answer in [`answer`], who takes part in
//! [`people`], what each of several assignees has made of one in [`standing`], what they take from a template in [`preset`], what
//! from their project and from the task above in [`inherited`], how external users set them in [`external`].

mod answer;
mod change;
mod external;
mod inherited;
mod people;
mod preset;
pub(super) mod standing;

use liaison_domain::{
    Timestamp,
    change::Change,
    checklist::lay_out,
    fan_out::notified_of_new_task,
    file::Attachment,
    id::{AccountId, FileId, IncomingMailId, PersonId, ProjectId, TaskId, TaskTemplateId},
    mail_address::EmailAddress,
    outgoing::MailKind,
    person::{Addressee, PersonKind},
    project::ProjectPart,
    refusal::{Code, FieldCode, Refusal},
    task::{Priority, Task, TaskRole, standing::Standing},
    text::Title,
};
use liaison_persistence::{
    change_feed, checklist,
    comment::Warning,
    contact,
    database::WriteTx,
    file,
    task::{self, Members},
};

pub use self::{
    answer::{accept, reject},
    change::{TaskChange, update},
    external::create_for_client,
    inherited::{counterparty_of, default_people, lock_to_pass_on, pass_counterparty_on},
    people::{People, add_member, remove_member},
};
use super::{
    Failure, access,
    caller::{StaffCaller, UserCaller},
    contact::named_by_address,
    fan_out::{self, Notice, staff},
    file::get_attachable,
    link::edits,
    project,
    rich_text::RichText,
};
use crate::app::App;

/// A task as it is set over the API. What it does not name it takes from its template, and what that does not from its project.
#[derive(Debug, Default)]
pub struct CreateTask {
    pub template_id: Option<TaskTemplateId>,
    /// A task has one, its own or its template's.
    pub title: Option<Title>,
    pub description: Option<RichText>,
    pub priority: Option<Priority>,
    pub start_at: Option<Timestamp>,
    pub deadline: Option<Timestamp>,
    pub parent_id: Option<TaskId>,
    pub project_id: Option<ProjectId>,
    pub counterparty: Option<PersonId>,
    pub company_access: bool,
    pub people: People,
    /// More assignees, who may be unknown here (LINKC-1).
    pub assignee_emails: Vec<EmailAddress>,
    pub file_ids: Vec<FileId>,
    /// What hangs on a comment that it is made of (COM-9).
    pub carried: Vec<Attachment>,
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
    pub company_access: bool,
    pub incoming_mail_id: Option<IncomingMailId>,
    pub created_by: PersonId,
    /// Everybody with his role, exactly one assigner among them (ROL-1).
    pub roles: Vec<(TaskRole, PersonId)>,
    /// Who is told of it.
    pub told: Vec<Addressee>,
    pub checklist: Vec<String>,
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
    let preset = preset::find_named(tx, caller.account, new.template_id).await?;
    let (new, checklist) = preset::fill(new, preset, app.env.now());
    let title = new.title.ok_or_else(untitled)?;
    let assigner = new.people.assigner.unwrap_or(caller.employee);
    let mut people = People { assigner: Some(assigner), ..new.people };
    for email in &new.assignee_emails {
        let person = named_by_address(tx, app, caller, email).await?;
        people.assignees.get_or_insert_default().push(person);
    }
    project::require(tx, caller.account, new.project_id, "/project_id").await?;
    if people.assignees.is_none() {
        people.assignees = defaults(tx, caller, new.project_id, ProjectPart::Assignee).await?;
    }
    if people.participants.is_none() {
        people.participants = defaults(tx, caller, new.project_id, ProjectPart::Participant).await?;
    }
    let known = people.get_joining(tx, caller, &Members::default()).await?;
    let files = get_attachable(tx, caller, &new.file_ids).await?;
    let files = files.into_iter().map(|it| Attachment { file: it.id, content_id: None });
    require_parent(tx, caller, new.parent_id).await?;
    require_counterparty(tx, caller, "/counterparty", new.counterparty, None).await?;
    let roles = people.named().flat_map(|(role, people)| people.iter().map(move |it| (role, *it)));
    let assignees = people.assignees.iter().flatten().filter_map(|id| known.get(id));
    let new = NewTask {
        title,
        description: new.description.unwrap_or_default(),
        priority: new.priority.unwrap_or(Priority::Normal),
        start_at: new.start_at,
        deadline: new.deadline,
        parent_id: new.parent_id,
        project_id: new.project_id,
        counterparty_id: new.counterparty,
        company_access: new.company_access,
        incoming_mail_id: None,
        created_by: caller.employee,
        roles: roles.collect(),
        told: notified_of_new_task(known.get(&assigner).map(Addressee::kind), assignees),
        checklist,
        files: files.chain(new.carried).collect(),
        warnings: Vec::new(),
        mail_hops: None,
    };
    Ok(add(tx, app, caller.account, new).await?.id)
}

/// Whom the project puts in a role where the caller names nobody.
async fn defaults(
    tx: &mut WriteTx,
    caller: &UserCaller,
    project: Option<ProjectId>,
    part: ProjectPart,
) -> Result<Option<Vec<PersonId>>, Failure> {
    let people = default_people(tx, caller.account, project, part).await?;
    Ok((!people.is_empty()).then(|| people.iter().map(|it| it.id).collect()))
}

fn untitled() -> Refusal {
    Refusal::new(Code::ValidationFailed, "A task needs a title.").at(
        "/title",
        FieldCode::Required,
        "is required, or template_id",
    )
}

/// Adds a task: the row, its people, its checklist, its files, the notices.
pub async fn add(tx: &mut WriteTx, app: &App, account: AccountId, mut new: NewTask) -> Result<Task, Failure> {
    inherited::take(tx, account, &mut new).await?;
    let now = app.env.now();
    let standing = Standing::begin(&new.roles);
    let task = Task {
        id: app.env.id(),
        number: task::next_number(tx, account).await?,
        title: new.title.into_string(),
        description_html: new.description.html,
        description_text: new.description.text,
        status: standing.status(),
        custom_status_id: None,
        priority: new.priority,
        start_at: new.start_at,
        deadline: new.deadline,
        parent_id: new.parent_id,
        project_id: new.project_id,
        counterparty_id: new.counterparty_id,
        company_access: new.company_access,
        incoming_mail_id: new.incoming_mail_id,
        created_by: new.created_by,
        created_at: now,
        updated_at: now,
        closed_at: None,
        version: 1,
    };
    task::insert(tx, account, &task, &new.warnings).await?;
    task::insert_members(tx, account, task.id, new.roles.iter().copied()).await?;
    if !standing.own().is_empty() {
        task::update_own_statuses(tx, account, task.id, standing.own()).await?;
    }
    let steps = lay_out(new.checklist.into_iter().map(|text| (app.env.id(), text)));
    checklist::upsert(tx, account, task.id, &steps).await?;
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
    let mut assignees = standing::assignees_of(members);
    let joining = people.iter().filter(|it| !members.holds(TaskRole::Assignee, it.id));
    let told = notified_of_new_task(assigner_of(members), joining.clone());
    assignees.extend(joining.clone().map(|it| it.id));
    task::insert_members(tx, account, task.id, joining.map(|it| (TaskRole::Assignee, it.id))).await?;
    let changed = standing::settle(tx, app, account, (task, members), &assignees).await?;
    edits::task_updated(tx, app, account, author, (task, members), &changed).await?;
    tell(tx, app, account, author, &changed, &told, Some(hops)).await?;
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
        rejects: false,
    }
}

fn assigner_of(members: &Members) -> Option<PersonKind> {
    members.of(TaskRole::Assigner).next().map(|it| it.kind)
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
pub(super) async fn require_counterparty(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    pointer: &'static str,
    counterparty: Option<PersonId>,
    current: Option<PersonId>,
) -> Result<(), Failure> {
    let Some(id) = counterparty.filter(|it| Some(*it) != current) else { return Ok(()) };
    let found = contact::find(tx, caller.account, id).await?;
    if found.ok_or_else(|| Refusal::unknown_id(pointer))?.card.selectable_as_counterparty {
        return Ok(());
    }
    let detail = "The contact may not be a counterparty: selectable_as_counterparty is off.";
    Err(Refusal::new(Code::ContactNotSelectable, detail)
        .at(pointer, FieldCode::NotSelectable, "selectable_as_counterparty is off")
        .into())
}
