//! `PATCH /v1/employees/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{account::Login, id::PersonId, refusal::Refusal, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::EmployeeView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        patch::Change,
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        account,
        caller::StaffCaller,
        employee::{self, EmployeeChange},
    },
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateEmployee {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    name: Change<String>,
    /// The internal address changes with it; the old one stops working (ADR-1).
    #[serde(default)]
    #[schema(value_type = String, max_length = 64)]
    login: Change<String>,
    /// `admin` or `member`
    #[serde(default)]
    #[schema(value_type = String)]
    role: Change<String>,
    /// Lets contacts sign in, without being an administrator.
    #[serde(default)]
    #[schema(value_type = bool)]
    manages_external_access: Change<bool>,
    /// `active` or `inactive`; an inactive employee's sessions end at once, and so does an invitation.
    #[serde(default)]
    #[schema(value_type = String)]
    status: Change<String>,
}

/// Change an employee
///
/// The own name may be changed by everybody, all else by administrators; the owner stays owner.
#[utoipa::path(
    operation_id = "update_employee", tag = "employees", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The employee"), crate::http::openapi::IfMatchParam),
    request_body = UpdateEmployee,
    responses(
        (status = 200, description = "Changed", body = EmployeeView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `login_taken`, `owner_required`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/employees/{id}")]
pub(super) async fn update_employee(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateEmployee>,
) -> Result<HttpResponse, Problem> {
    let (id, change) = (PersonId::new(*id), command.body.read()?);
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = employee::get(tx, &caller, id).await?;
        if_match.check(current.version)?;
        let employee = employee::update(tx, &app.env, &caller, current, change).await?;
        let account = account::get(tx, caller.account).await?;
        let view = EmployeeView::of(&app, &account.name, &employee);
        Ok(Answer::ok(&view)?.with_version(employee.version))
    })
    .await
}

impl UpdateEmployee {
    fn read(self) -> Result<EmployeeChange, Refusal> {
        let mut fields = Fields::default();
        let change = EmployeeChange {
            name: fields.change("/name", self.name, |it: String| Name::parse(&it)),
            login: fields.change("/login", self.login, |it: String| Login::parse(&it)),
            role: fields.change("/role", self.role, |it: String| it.parse()),
            manages_external_access: self.manages_external_access.0,
            status: fields.change("/status", self.status, |it: String| it.parse()),
        };
        fields.finish()?;
        Ok(change)
    }
}
