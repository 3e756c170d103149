//! `POST /v1/virtual-addresses`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{account::Login, id::PersonId, refusal::Refusal, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::VirtualAddressView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{account, caller::StaffCaller, virtual_address},
};

/// Most people who get the tasks of one address.
const MAX_ASSIGNEES: usize = 200;

/// A new virtual address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateVirtualAddress {
    /// What stands before the `@`: 1–64 of `a`–`z`, `0`–`9`, `_`, `-`, inner dots. Free of the logins of employees who work
    /// here, and of what the system itself needs: `task…`, `project…`, `reply…`, `bounce…`, `postmaster` and its like.
    #[schema(example = "sales", max_length = 64)]
    local_part: String,
    /// What it is for, 1–250 characters.
    #[schema(example = "Sales department", max_length = 250)]
    description: String,
    /// Who gets the tasks, at most 200 people; absent: nobody.
    #[serde(default)]
    #[schema(max_items = 200)]
    assignee_ids: Vec<Uuid>,
}

/// Make a virtual address
///
/// For administrators. The login of an employee who left can go on as a virtual address.
#[utoipa::path(
    operation_id = "create_virtual_address", tag = "mail", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateVirtualAddress,
    responses(
        (status = 201, description = "Made", body = VirtualAddressView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `not_found`, `contact_not_selectable`, `local_part_taken`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/virtual-addresses")]
pub(super) async fn create_virtual_address(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateVirtualAddress>,
) -> Result<HttpResponse, Problem> {
    let new = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let address = virtual_address::create(tx, &app.env, &caller, new).await?;
        let account = account::get(tx, caller.account).await?;
        Answer::created(&VirtualAddressView::of(&app, &account, address), None)
    })
    .await
}

impl CreateVirtualAddress {
    fn read(self) -> Result<virtual_address::CreateVirtualAddress, Refusal> {
        let mut fields = Fields::default();
        let local_part = fields.read("/local_part", Login::parse(&self.local_part));
        let description = fields.read("/description", Name::parse(&self.description));
        fields.at_most("/assignee_ids", self.assignee_ids.len(), MAX_ASSIGNEES);
        let (Some(local_part), Some(description), true) = (local_part, description, fields.is_empty()) else {
            return Err(fields.refusal());
        };
        let assignee_ids = self.assignee_ids.into_iter().map(PersonId::new).collect();
        Ok(virtual_address::CreateVirtualAddress { local_part, description, assignee_ids })
    }
}
