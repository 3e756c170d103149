//! `/v1/contact-groups`: what contacts are gathered in.

mod create;
mod delete;
mod list;
mod show;
mod update;

use chrono::{DateTime, Utc};
use liaison_domain::contact::ContactGroup;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_contact_groups)
        .service(create::create_contact_group)
        .service(show::show_contact_group)
        .service(update::update_contact_group)
        .service(delete::delete_contact_group);
}

/// A group of contacts. It can't be put in a role.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactGroup)]
struct ContactGroupView {
    id: Uuid,
    name: String,
    created_at: DateTime<Utc>,
}

impl From<&ContactGroup> for ContactGroupView {
    fn from(group: &ContactGroup) -> Self {
        Self { id: group.id.uuid(), name: group.name.clone(), created_at: group.created_at }
    }
}
