//! `/v1/virtual-addresses`: addresses by which tasks come in and that are nobody's own.

mod create;
mod delete;
mod list;

use chrono::{DateTime, Utc};
use liaison_domain::{id::PersonId, virtual_address::VirtualAddress};
use liaison_persistence::account::AccountRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{app::App, http::routes::Routes};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_virtual_addresses)
        .service(create::create_virtual_address)
        .service(delete::delete_virtual_address);
}

/// Mail to it becomes a task.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VirtualAddress)]
struct VirtualAddressView {
    id: Uuid,
    local_part: String,
    /// `<local part>@<account>.<mail domain>`
    address: String,
    description: String,
    /// Who gets the tasks.
    assignee_ids: Vec<Uuid>,
    created_at: DateTime<Utc>,
}

impl VirtualAddressView {
    fn of(app: &App, account: &AccountRow, address: VirtualAddress) -> Self {
        Self {
            id: address.id.uuid(),
            address: format!("{}@{}", address.local_part, app.config.mail.domain_of(&account.name)),
            local_part: address.local_part,
            description: address.description,
            assignee_ids: address.assignee_ids.into_iter().map(PersonId::uuid).collect(),
            created_at: address.created_at,
        }
    }
}
