//! `/v1/tasks/{id}/checklist`: the steps of a task.

mod create;
mod delete;
mod list;
mod update;

use chrono::{DateTime, Utc};
use liaison_domain::checklist::ChecklistItem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_checklist)
        .service(create::create_checklist_item)
        .service(update::update_checklist_item)
        .service(delete::delete_checklist_item);
}

/// A step of a task.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChecklistItem)]
struct ChecklistItemView {
    id: Uuid,
    text: String,
    is_done: bool,
    #[schema(required)]
    done_at: Option<DateTime<Utc>>,
}

impl From<ChecklistItem> for ChecklistItemView {
    fn from(item: ChecklistItem) -> Self {
        Self { id: item.id.uuid(), text: item.text, is_done: item.done_at.is_some(), done_at: item.done_at }
    }
}
