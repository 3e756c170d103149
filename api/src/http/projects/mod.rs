//! `/v1/projects`: what tasks are gathered in.

mod create;
mod list;
mod show;
mod update;

use chrono::{DateTime, Utc};
use liaison_domain::project::Project;
use liaison_persistence::{account::AccountRow, database::Tx};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::routes::Routes,
    service::{Failure, account, caller::StaffCaller},
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
    addresses: ProjectAddresses,
    created_at: DateTime<Utc>,
}

/// Where mail about a project goes.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectAddresses {
    /// `project+<number>@…`: mail to it becomes a task in the project (TBM-6).
    project: String,
}

impl ProjectView {
    fn of(app: &App, account: &AccountRow, project: Project) -> Self {
        let domain = app.config.mail.domain_of(&account.name);
        Self {
            id: project.id.uuid(),
            number: project.number,
            addresses: ProjectAddresses { project: format!("project+{}@{domain}", project.number) },
            name: project.name,
            created_at: project.created_at,
        }
    }
}

/// One project, with its version.
async fn view(
    tx: &mut dyn Tx,
    app: &App,
    caller: &StaffCaller,
    project: Project,
) -> Result<(ProjectView, i64), Failure> {
    let (account, version) = (account::get(tx, caller.account).await?, project.version);
    Ok((ProjectView::of(app, &account, project), version))
}
