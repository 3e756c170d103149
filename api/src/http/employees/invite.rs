//! `POST /v1/employees/{id}:invite`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::id::PersonId;
use uuid::Uuid;

use super::EmployeeView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::{Command, Empty},
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{account, caller::StaffCaller, employee},
};

/// Invite an employee again
///
/// For administrators. The mail before it leads nowhere any more.
#[utoipa::path(
    operation_id = "invite_employee", tag = "employees", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The employee"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 200, description = "Invited", body = EmployeeView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `already_accepted`, `rate_limited`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/employees/{id}:invite")]
pub(super) async fn invite_employee(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let current = employee::get(tx, &caller, PersonId::new(*id)).await?;
        let employee = employee::invite(tx, &app, &caller, current).await?;
        let account = account::get(tx, caller.account).await?;
        let view = EmployeeView::of(&app, &account.name, &employee);
        Ok(Answer::ok(&view)?.with_version(employee.version))
    })
    .await
}
