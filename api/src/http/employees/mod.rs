//! `/v1/employees`: who works in the account.

mod create;
mod deputy;
mod invite;
mod list;
mod show;
mod update;

use chrono::{DateTime, Utc};
use liaison_domain::person::{Employee, PersonKind};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::routes::Routes,
    view::name::{EmployeeStatusName, PersonKindName, RoleName},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_employees)
        .service(create::create_employee)
        .service(invite::invite_employee)
        .service(show::show_employee)
        .service(update::update_employee)
        .service(deputy::show_deputy)
        .service(deputy::set_deputy)
        .service(deputy::clear_deputy);
}

/// A login identity's membership in the account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Employee)]
pub(super) struct EmployeeView {
    id: Uuid,
    /// Always `employee`: employees and contacts share one id space.
    kind: PersonKindName,
    name: String,
    login: String,
    email: String,
    role: RoleName,
    status: EmployeeStatusName,
    /// Lets contacts sign in, without being an administrator.
    manages_external_access: bool,
    /// `<login>@<account>.<mail domain>`
    internal_address: String,
    created_at: DateTime<Utc>,
}

impl EmployeeView {
    pub(super) fn of(app: &App, account: &str, employee: &Employee) -> Self {
        Self {
            id: employee.id.uuid(),
            kind: PersonKind::Employee.into(),
            name: employee.name.clone(),
            internal_address: format!("{}@{account}.{}", employee.login, app.config.mail.domain),
            login: employee.login.clone(),
            email: employee.email.clone(),
            role: employee.role.into(),
            status: employee.status.into(),
            manages_external_access: employee.manages_external_access,
            created_at: employee.created_at,
        }
    }
}
