//! Templates of tasks: every employee sees and uses them. What they give reaches into tasks as the settings of projects do, so
//! administrators write them, and the auditors of a project those of its tasks.

use liaison_domain::{
    change::Change,
    id::{AccountId, PersonId, ProjectId, TaskTemplateId},
    project::ProjectPart,
    refusal::Refusal,
    task::{Priority, template::TemplatePart},
    text::{Name, Title},
};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    page::{Page, PageRequest},
    project as projects,
    sql::Json,
    task_template::{self, TaskTemplateRow, TemplatePeople},
};

use super::{
    Failure,
    caller::StaffCaller,
    people::{Named, get_selectable},
    project,
    rich_text::RichText,
    stale,
    task::require_counterparty,
};
use crate::env::Env;

/// What a template is to be; absent parts stay as they are, or as they begin.
#[derive(Debug, Default)]
pub struct TemplateChange {
    pub name: Option<Name>,
    pub title: Option<Title>,
    pub description: Option<RichText>,
    pub priority: Option<Priority>,
    /// A new project, or a new none.
    pub project: Option<Option<ProjectId>>,
    pub checklist: Option<Vec<Title>>,
    /// From the making of a task to its deadline.
    pub deadline_in_hours: Option<Option<i64>>,
    /// Each part that is named, with its whole list.
    pub people: Vec<(TemplatePart, Vec<PersonId>)>,
}

pub async fn get(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    id: TaskTemplateId,
) -> Result<TaskTemplateRow, Failure> {
    Ok(task_template::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?)
}

/// A template that nobody else changes or names meanwhile, for those who write it.
pub async fn get_to_change(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    id: TaskTemplateId,
) -> Result<TaskTemplateRow, Failure> {
    let found = task_template::find_to_change(tx, caller.account, id).await?;
    let template = found.ok_or_else(Refusal::not_found)?;
    require_writer(tx, caller, template.project_id).await?;
    Ok(template)
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    page: PageRequest,
) -> Result<Page<TaskTemplateRow>, Failure> {
    Ok(task_template::list(tx, caller.account, page).await?)
}

pub async fn create(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    (name, title): (Name, Title),
    change: TemplateChange,
) -> Result<TaskTemplateRow, Failure> {
    let project_id = change.project.flatten();
    project::require(tx, caller.account, project_id, "/project_id").await?;
    require_writer(tx, caller, project_id).await?;
    require_selectable(tx, caller, &change.people, &TemplatePeople::default()).await?;
    let description = change.description.unwrap_or_default();
    let new = TaskTemplateRow {
        id: env.id(),
        name: name.into_string(),
        title: title.into_string(),
        description_html: description.html,
        description_text: description.text,
        priority: change.priority.unwrap_or(Priority::Normal),
        project_id,
        checklist: texts(change.checklist.unwrap_or_default()),
        deadline_in_hours: change.deadline_in_hours.flatten(),
        created_at: env.now(),
        version: 1,
    };
    task_template::insert(tx, caller.account, &new).await?;
    write_people(tx, caller.account, new.id, &change.people).await?;
    change_feed::append(tx, caller.account, Change::TaskTemplateCreated, new.id.uuid(), env.now());
    Ok(new)
}

/// Changes a template that was got to be changed; tasks that were made by it stay as they are.
pub async fn update(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: TaskTemplateRow,
    change: TemplateChange,
) -> Result<TaskTemplateRow, Failure> {
    let id = current.id;
    if let Some(project) = change.project {
        project::require(tx, caller.account, project, "/project_id").await?;
        require_writer(tx, caller, project).await?;
    }
    let held = task_template::list_people(tx, caller.account, [id]).await?.remove(&id).unwrap_or_default();
    require_selectable(tx, caller, &change.people, &held).await?;
    let (html, text) = match change.description {
        Some(new) => (new.html, new.text),
        None => (current.description_html.clone(), current.description_text.clone()),
    };
    let changed = TaskTemplateRow {
        name: change.name.map_or_else(|| current.name.clone(), Name::into_string),
        title: change.title.map_or_else(|| current.title.clone(), Title::into_string),
        description_html: html,
        description_text: text,
        priority: change.priority.unwrap_or(current.priority),
        project_id: change.project.unwrap_or(current.project_id),
        checklist: change.checklist.map_or_else(|| current.checklist.clone(), texts),
        deadline_in_hours: change.deadline_in_hours.unwrap_or(current.deadline_in_hours),
        ..current
    };
    if changed == current && change.people.is_empty() {
        return Ok(current);
    }
    if !task_template::update(tx, caller.account, &changed).await? {
        return Err(stale().into());
    }
    write_people(tx, caller.account, id, &change.people).await?;
    change_feed::append(tx, caller.account, Change::TaskTemplateUpdated, id.uuid(), env.now());
    Ok(TaskTemplateRow { version: changed.version + 1, ..changed })
}

/// Deletes a template that was got to be changed.
pub async fn delete(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    id: TaskTemplateId,
) -> Result<(), Failure> {
    task_template::delete(tx, caller.account, id).await?;
    change_feed::append(tx, caller.account, Change::TaskTemplateDeleted, id.uuid(), env.now());
    Ok(())
}

/// Administrators write all templates, the auditors of a project those that begin tasks in it.
async fn require_writer(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    project: Option<ProjectId>,
) -> Result<(), Failure> {
    if caller.role.is_admin() {
        return Ok(());
    }
    if let Some(id) = project {
        let people = projects::list_people(tx, caller.account, [id]).await?;
        if people.get(&id).is_some_and(|it| it.holds(ProjectPart::Auditor, caller.employee)) {
            return Ok(());
        }
    }
    Err(Refusal::forbidden("Only administrators and the auditors of its project write a template.").into())
}

/// Refuses who is named and not known here, or may not take part; who is there already may stay, whatever became of him.
async fn require_selectable(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    people: &[(TemplatePart, Vec<PersonId>)],
    held: &TemplatePeople,
) -> Result<(), Failure> {
    let mut joining = Vec::new();
    for (part, people) in people {
        if *part == TemplatePart::Counterparty {
            let current = held.of(*part).next().map(|it| it.id);
            require_counterparty(tx, caller, pointer(*part), people.first().copied(), current).await?;
        } else {
            joining.extend(Named::each(pointer(*part), people).filter(|it| !held.holds(*part, it.id)));
        }
    }
    get_selectable(tx, caller.account, &joining).await.map(drop)
}

async fn write_people(
    tx: &mut WriteTx,
    account: AccountId,
    template: TaskTemplateId,
    people: &[(TemplatePart, Vec<PersonId>)],
) -> Result<(), Failure> {
    for (part, people) in people {
        task_template::replace_people(tx, account, template, *part, people).await?;
    }
    Ok(())
}

fn texts(checklist: Vec<Title>) -> Json<Vec<String>> {
    Json(checklist.into_iter().map(Title::into_string).collect())
}

/// How bodies call a part.
pub const fn pointer(part: TemplatePart) -> &'static str {
    match part {
        TemplatePart::Assignee => "/assignees",
        TemplatePart::Participant => "/participants",
        TemplatePart::Auditor => "/auditors",
        TemplatePart::Counterparty => "/counterparty_id",
    }
}
