//! `/v1/projects`: what tasks are gathered in.

mod create;
mod input;
mod list;
mod show;
mod update;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use liaison_domain::{
    id::{AccountId, PersonId, ProjectId},
    project::{Project, ProjectPart},
};
use liaison_persistence::{
    account::AccountRow,
    database::Tx,
    project::{self, ProjectPeople},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::routes::Routes,
    service::{Failure, account, caller::UserCaller},
    view::{name::ProjectStatusName, person::PersonView},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_projects)
        .service(create::create_project)
        .service(show::show_project)
        .service(update::update_project);
}

/// A gathering of tasks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Project)]
struct ProjectView {
    id: Uuid,
    /// What people call it; counts up per account.
    number: i64,
    name: String,
    description: String,
    status: ProjectStatusName,
    /// The contact whom the work is about.
    #[schema(required)]
    counterparty_id: Option<Uuid>,
    /// Who works on new tasks where nobody else is named.
    default_assignees: Vec<PersonView>,
    /// Who takes part in new tasks where nobody else is named.
    default_participants: Vec<PersonView>,
    /// Who is put as auditor into every new task.
    auditors: Vec<PersonView>,
    /// The employees whom the project's clients may set tasks.
    client_managers: Vec<PersonView>,
    /// Clients see the project only where they have a task in it.
    is_hidden_from_clients: bool,
    addresses: ProjectAddresses,
    created_at: DateTime<Utc>,
}

/// What an external user is shown of a project.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProjectOutline {
    id: Uuid,
    /// What people call it; counts up per account.
    number: i64,
    name: String,
    status: ProjectStatusName,
}

impl From<Project> for ProjectOutline {
    fn from(project: Project) -> Self {
        Self {
            id: project.id.uuid(),
            number: project.number,
            name: project.name,
            status: project.status.into(),
        }
    }
}

/// A project as far as it is shown to who asks: to employees whole, to external users in outline.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum ShownProject {
    Whole(Box<ProjectView>),
    Outline(ProjectOutline),
}

/// Where mail about a project goes.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectAddresses {
    /// `project+<number>@…`: mail to it becomes a task in the project (TBM-6).
    project: String,
}

/// What a view of projects needs beside the projects.
struct Surroundings {
    account: AccountRow,
    people: HashMap<ProjectId, ProjectPeople>,
}

impl Surroundings {
    /// Loads them for any number of projects with one statement each.
    async fn load(tx: &mut dyn Tx, id: AccountId, projects: &[Project]) -> Result<Self, Failure> {
        Ok(Self {
            account: account::get(tx, id).await?,
            people: project::list_people(tx, id, projects.iter().map(|it| it.id)).await?,
        })
    }

    fn view(&mut self, app: &App, project: Project) -> ProjectView {
        let domain = app.config.mail.domain_of(&self.account.name);
        let people = self.people.remove(&project.id).unwrap_or_default();
        let people = |part| people.of(part).map(PersonView::from).collect();
        ProjectView {
            id: project.id.uuid(),
            number: project.number,
            name: project.name,
            description: project.description,
            status: project.status.into(),
            counterparty_id: project.counterparty_id.map(PersonId::uuid),
            default_assignees: people(ProjectPart::Assignee),
            default_participants: people(ProjectPart::Participant),
            auditors: people(ProjectPart::Auditor),
            client_managers: people(ProjectPart::ClientManager),
            is_hidden_from_clients: project.is_hidden_from_clients,
            addresses: ProjectAddresses { project: format!("project+{}@{domain}", project.number) },
            created_at: project.created_at,
        }
    }
}

/// One project, with its version.
async fn view(
    tx: &mut dyn Tx,
    app: &App,
    caller: &UserCaller,
    project: Project,
) -> Result<(ProjectView, i64), Failure> {
    let version = project.version;
    let mut surroundings = Surroundings::load(tx, caller.account, std::slice::from_ref(&project)).await?;
    Ok((surroundings.view(app, project), version))
}
