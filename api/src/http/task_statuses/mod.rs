//! `/v1/task-statuses`: an account's own statuses of tasks.

mod create;
mod delete;
mod list;
mod show;
mod update;

use chrono::{DateTime, Utc};
use liaison_domain::{refusal::FieldCode, task::custom::CustomStatus};
use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::{fields::FieldError, routes::Routes},
    view::name::TaskStatusName,
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_task_statuses)
        .service(create::create_task_status)
        .service(show::show_task_status)
        .service(update::update_task_status)
        .service(delete::delete_task_status);
}

/// A status of the account's own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomStatus)]
struct CustomStatusView {
    id: Uuid,
    name: String,
    /// As `#rrggbb`.
    color: String,
    /// The standard status of a task that has it.
    counts_as: TaskStatusName,
    /// Its place among the account's.
    position: i64,
    created_at: DateTime<Utc>,
}

impl From<&CustomStatus> for CustomStatusView {
    fn from(status: &CustomStatus) -> Self {
        Self {
            id: status.id.uuid(),
            name: status.name.clone(),
            color: status.color.clone(),
            counts_as: status.counts_as.into(),
            position: status.position,
            created_at: status.created_at,
        }
    }
}

/// Reads a place.
fn position(number: i64) -> Result<i64, NotAPlace> {
    if (0..=MAX_POSITION).contains(&number) { Ok(number) } else { Err(NotAPlace) }
}

const MAX_POSITION: i64 = 1_000_000;

#[derive(Debug, Error)]
#[error("must be from 0 to 1000000")]
struct NotAPlace;

impl FieldError for NotAPlace {
    fn code(&self) -> FieldCode {
        FieldCode::OutOfRange
    }
}
