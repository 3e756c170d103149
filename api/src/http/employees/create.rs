//! `POST /v1/employees`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{account::Login, mail_address::EmailAddress, refusal::Refusal, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;

use super::EmployeeView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        account,
        caller::StaffCaller,
        employee::{self, NewHire},
        password,
    },
};

/// A new employee.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateEmployee {
    /// 1–250 characters.
    #[schema(max_length = 250)]
    name: String,
    /// Local part of his internal address: 1–64 of `a`–`z`, `0`–`9`, `_`, `-`, inner dots.
    #[schema(max_length = 64)]
    login: String,
    email: String,
    /// `admin` or `member`
    role: String,
    /// 10–256 characters. Without it he is invited: the mail has a link by which he chooses one, or gives the one that he has on
    /// this server.
    #[schema(min_length = 10, max_length = 256)]
    password: Option<String>,
}

/// Employ somebody
///
/// For administrators. Invited, he is `invited` until he accepts (`POST /v1/invitations:accept`), and gets nothing else until then.
#[utoipa::path(
    operation_id = "create_employee", tag = "employees", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateEmployee,
    responses(
        (status = 201, description = "Employed", body = EmployeeView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `login_taken`, `email_taken`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/employees")]
pub(super) async fn create_employee(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateEmployee>,
) -> Result<HttpResponse, Problem> {
    let (hire, password) = command.body.read()?;
    caller.require_admin()?;
    let password_hash = match password {
        Some(it) => Some(password::hash(&app.env, it).await?),
        None => None,
    };
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let employee = employee::create(tx, &app, &caller, &hire, password_hash.as_deref()).await?;
        let account = account::get(tx, caller.account).await?;
        let view = EmployeeView::of(&app, &account.name, &employee);
        Ok(Answer::created(&view, format!("/v1/employees/{}", employee.id))?.with_version(employee.version))
    })
    .await
}

impl CreateEmployee {
    fn read(self) -> Result<(NewHire, Option<String>), Refusal> {
        let mut fields = Fields::default();
        let name = fields.read("/name", Name::parse(&self.name));
        let login = fields.read("/login", Login::parse(&self.login));
        let email = fields.read("/email", EmailAddress::parse(&self.email));
        let role = fields.read("/role", self.role.parse());
        let checked = self.password.as_deref().map_or(Ok(()), password::check);
        let password = fields.read("/password", checked).map(|()| self.password);
        match (name, login, email, role, password) {
            (Some(name), Some(login), Some(email), Some(role), Some(password)) => {
                Ok((NewHire { name, login, email, role }, password))
            }
            _ => Err(fields.refusal()),
        }
    }
}
