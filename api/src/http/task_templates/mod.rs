//! `/v1/task-templates`: what new tasks begin as.

mod create;
mod delete;
mod input;
mod list;
mod show;
mod update;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use liaison_domain::{
    id::{AccountId, ProjectId, TaskTemplateId},
    task::template::TemplatePart,
};
use liaison_persistence::{
    database::Tx,
    task_template::{self, TaskTemplateRow, TemplatePeople},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::routes::Routes,
    service::{Failure, caller::StaffCaller},
    view::{name::PriorityName, person::PersonView},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_task_templates)
        .service(create::create_task_template)
        .service(show::show_task_template)
        .service(update::update_task_template)
        .service(delete::delete_task_template);
}

/// What new tasks begin as.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskTemplate)]
struct TaskTemplateView {
    id: Uuid,
    name: String,
    /// The title of its tasks.
    title: String,
    /// Safe HTML.
    description: String,
    description_text: String,
    priority: PriorityName,
    #[schema(required)]
    project_id: Option<Uuid>,
    /// The contact whom its tasks are about.
    #[schema(required)]
    counterparty_id: Option<Uuid>,
    assignees: Vec<PersonView>,
    participants: Vec<PersonView>,
    auditors: Vec<PersonView>,
    /// The texts of the steps, in their order.
    checklist: Vec<String>,
    /// From the making of a task to its deadline.
    #[schema(required)]
    deadline_in_hours: Option<i64>,
    created_at: DateTime<Utc>,
}

/// The people of templates.
struct Surroundings(HashMap<TaskTemplateId, TemplatePeople>);

impl Surroundings {
    /// Loads them for any number of templates with one statement.
    async fn load(
        tx: &mut dyn Tx,
        account: AccountId,
        templates: &[TaskTemplateRow],
    ) -> Result<Self, Failure> {
        Ok(Self(task_template::list_people(tx, account, templates.iter().map(|it| it.id)).await?))
    }

    fn view(&mut self, template: TaskTemplateRow) -> TaskTemplateView {
        let people = self.0.remove(&template.id).unwrap_or_default();
        let of = |part| people.of(part).map(PersonView::from).collect();
        TaskTemplateView {
            id: template.id.uuid(),
            name: template.name,
            title: template.title,
            description: template.description_html,
            description_text: template.description_text,
            priority: template.priority.into(),
            project_id: template.project_id.map(ProjectId::uuid),
            counterparty_id: people.of(TemplatePart::Counterparty).next().map(|it| it.id.uuid()),
            assignees: of(TemplatePart::Assignee),
            participants: of(TemplatePart::Participant),
            auditors: of(TemplatePart::Auditor),
            checklist: template.checklist.0,
            deadline_in_hours: template.deadline_in_hours,
            created_at: template.created_at,
        }
    }
}

/// One template, with its version.
async fn view(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    template: TaskTemplateRow,
) -> Result<(TaskTemplateView, i64), Failure> {
    let version = template.version;
    let mut surroundings = Surroundings::load(tx, caller.account, std::slice::from_ref(&template)).await?;
    Ok((surroundings.view(template), version))
}
