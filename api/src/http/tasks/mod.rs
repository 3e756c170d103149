//! `/v1/tasks`: tasks, their people, and (in [`super::comments`]) their conversation.

mod add_member;
mod answer;
mod checklist;
mod create;
mod input;
mod links;
mod list;
mod remove_member;
mod show;
mod show_raw;
mod update;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use liaison_domain::{
    file::AttachedFile,
    id::{AccountId, PersonId, ProjectId, TaskId, TaskStatusId},
    person::PersonRef,
    task::{
        Task, TaskRole,
        custom::CustomStatus,
        standing::{AssigneeStatus, Standing},
    },
};
use liaison_persistence::{
    account::AccountRow,
    comment::Warning,
    database::Tx,
    file,
    link::mirror::{self, MirrorRow},
    person,
    task::{self, Members, custom_status},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub(super) use input::{Format, MAX_FILES, MAX_PEOPLE, body, description};

use crate::{
    app::App,
    http::routes::Routes,
    service::{Failure, account, caller::UserCaller},
    view::{
        file::AttachedFileView,
        name::{AssigneeStatusName, PriorityName, TaskStatusName},
        person::{LinkOriginView, PersonView},
        warning::WarningView,
    },
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_tasks)
        .service(create::create_task)
        .service(show::show_task)
        .service(show_raw::show_task_raw)
        .service(update::update_task)
        .service(answer::accept_task)
        .service(answer::reject_task)
        .service(add_member::add_participant)
        .service(remove_member::remove_participant)
        .service(links::list_task_links)
        .service(links::cut_task_link);
    checklist::routes(routes);
}

/// A piece of work with its people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Task)]
pub(super) struct TaskView {
    id: Uuid,
    /// What people call it; counts up per account.
    number: i64,
    title: String,
    /// Safe HTML.
    description: String,
    description_text: String,
    status: TaskStatusName,
    /// The account's own status, which counts as that one.
    #[schema(required)]
    custom_status: Option<TaskCustomStatus>,
    priority: PriorityName,
    #[schema(required)]
    start_at: Option<DateTime<Utc>>,
    #[schema(required)]
    deadline: Option<DateTime<Utc>>,
    #[schema(required)]
    parent_id: Option<Uuid>,
    #[schema(required)]
    project_id: Option<Uuid>,
    /// The contact whom the work is about.
    #[schema(required)]
    counterparty: Option<PersonView>,
    /// Whether those of the counterparty's contacts see it who see their companies' tasks (EXT-9).
    company_access: bool,
    /// Who set it.
    #[schema(required)]
    assigner: Option<PersonView>,
    assignees: Vec<PersonView>,
    /// What each of several assignees has made of it; empty where there are not several.
    assignee_statuses: Vec<AssigneeStatusView>,
    participants: Vec<PersonView>,
    auditors: Vec<PersonView>,
    files: Vec<AttachedFileView>,
    addresses: TaskAddresses,
    /// The accounts that have the task too.
    links: Vec<links::TaskLinkView>,
    /// Where it came from over a link.
    #[schema(required)]
    link_origin: Option<LinkOriginView>,
    /// What was noticed in the mail that it began with.
    warnings: Vec<WarningView>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Set while the status is `completed`, `rejected` or `cancelled`.
    #[schema(required)]
    closed_at: Option<DateTime<Utc>>,
}

/// A status of the account's own.
#[derive(Debug, Serialize, ToSchema)]
struct TaskCustomStatus {
    id: Uuid,
    name: String,
    /// As `#rrggbb`.
    color: String,
}

impl From<&CustomStatus> for TaskCustomStatus {
    fn from(status: &CustomStatus) -> Self {
        Self { id: status.id.uuid(), name: status.name.clone(), color: status.color.clone() }
    }
}

/// What an assignee has made of a task.
#[derive(Debug, Serialize, ToSchema)]
struct AssigneeStatusView {
    person: PersonView,
    status: AssigneeStatusName,
}

/// Where mail about a task goes.
#[derive(Debug, Serialize, ToSchema)]
struct TaskAddresses {
    /// `task+<number>@…`: mail to it becomes a comment (CBM-2).
    task: String,
}

/// What a view of tasks needs beside the tasks.
struct Surroundings {
    account: AccountRow,
    members: HashMap<TaskId, Members>,
    own_statuses: HashMap<TaskId, BTreeMap<PersonId, AssigneeStatus>>,
    custom_statuses: HashMap<TaskStatusId, CustomStatus>,
    files: HashMap<TaskId, Vec<AttachedFile>>,
    warnings: HashMap<TaskId, Vec<Warning>>,
    counterparties: HashMap<PersonId, PersonRef>,
    authors: HashMap<PersonId, PersonRef>,
    mirrors: HashMap<TaskId, Vec<MirrorRow>>,
}

impl Surroundings {
    /// Loads them for any number of tasks with one statement each.
    async fn load(tx: &mut dyn Tx, id: AccountId, tasks: &[Task]) -> Result<Self, Failure> {
        let ids: Vec<TaskId> = tasks.iter().map(|it| it.id).collect();
        let members = task::list_members(tx, id, ids.iter().copied()).await?;
        let shared = members.iter().filter(|(_, it)| it.of(TaskRole::Assignee).count() > 1);
        let shared: Vec<TaskId> = shared.map(|(id, _)| *id).collect();
        let own_statuses =
            if shared.is_empty() { HashMap::new() } else { task::list_own_statuses(tx, id, shared).await? };
        let custom = tasks.iter().filter_map(|it| it.custom_status_id);
        let counterparties = tasks.iter().filter_map(|it| it.counterparty_id);
        Ok(Self {
            account: account::get(tx, id).await?,
            members,
            own_statuses,
            custom_statuses: custom_status::list_by_ids(tx, id, custom).await?,
            files: file::list_of_tasks(tx, id, &ids).await?,
            warnings: task::list_warnings(tx, id, ids).await?,
            counterparties: person::list_refs(tx, id, counterparties).await?,
            authors: person::list_refs(tx, id, tasks.iter().map(|it| it.created_by)).await?,
            mirrors: mirror::list_of_tasks(tx, id, tasks.iter().map(|it| it.id)).await?,
        })
    }

    fn view(&mut self, app: &App, task: Task) -> TaskView {
        let members = self.members.remove(&task.id).unwrap_or_default();
        let files = self.files.remove(&task.id).unwrap_or_default();
        let warnings = self.warnings.remove(&task.id).unwrap_or_default();
        let counterparty = task.counterparty_id.and_then(|it| self.counterparties.get(&it));
        let mirrors = self.mirrors.remove(&task.id).unwrap_or_default();
        let author = self.authors.get(&task.created_by);
        let origin = mirrors.iter().find(|it| !it.began_here).zip(author);
        let own = self.own_statuses.remove(&task.id).unwrap_or_default();
        let own = Standing::of(task.status, members.of(TaskRole::Assignee).map(|it| it.id), &own);
        let assignee_status = |it: &PersonRef| {
            let status = *own.own().get(&it.id)?;
            Some(AssigneeStatusView { person: PersonView::from(it), status: status.into() })
        };
        let custom_status = task.custom_status_id.and_then(|it| self.custom_statuses.get(&it));
        let people = |role| members.of(role).map(PersonView::from).collect::<Vec<_>>();
        TaskView {
            id: task.id.uuid(),
            number: task.number,
            title: task.title,
            description: task.description_html,
            description_text: task.description_text,
            status: task.status.into(),
            custom_status: custom_status.map(TaskCustomStatus::from),
            priority: task.priority.into(),
            start_at: task.start_at,
            deadline: task.deadline,
            parent_id: task.parent_id.map(TaskId::uuid),
            project_id: task.project_id.map(ProjectId::uuid),
            counterparty: counterparty.map(PersonView::from),
            company_access: task.company_access,
            assigner: people(TaskRole::Assigner).pop(),
            assignees: people(TaskRole::Assignee),
            assignee_statuses: members.of(TaskRole::Assignee).filter_map(assignee_status).collect(),
            participants: people(TaskRole::Participant),
            auditors: people(TaskRole::Auditor),
            files: files.iter().map(AttachedFileView::from).collect(),
            addresses: TaskAddresses {
                task: format!("task+{}@{}.{}", task.number, self.account.name, app.config.mail.domain),
            },
            links: mirrors.iter().map(links::TaskLinkView::from).collect(),
            link_origin: origin.map(|(mirror, author)| LinkOriginView::of(&mirror.peer, author)),
            warnings: warnings.into_iter().map(WarningView::from).collect(),
            created_at: task.created_at,
            updated_at: task.updated_at,
            closed_at: task.closed_at,
        }
    }
}

/// One task as it stands now, with its version.
pub(super) async fn view(
    tx: &mut dyn Tx,
    app: &App,
    caller: &UserCaller,
    id: TaskId,
) -> Result<(TaskView, i64), Failure> {
    let found = task::find(tx, caller.account, id).await?;
    let task = found.ok_or_else(liaison_domain::refusal::Refusal::not_found)?;
    let version = task.version;
    let mut surroundings = Surroundings::load(tx, caller.account, std::slice::from_ref(&task)).await?;
    Ok((surroundings.view(app, task), version))
}
