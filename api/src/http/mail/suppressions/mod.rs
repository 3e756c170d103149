//! `/v1/mail/suppressions`: addresses that no mail leaves to.

mod create;
mod delete;
mod list;

use chrono::{DateTime, Utc};
use liaison_persistence::suppression::SuppressionRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{http::routes::Routes, view::name::SuppressionCauseName};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_suppressions)
        .service(create::create_suppression)
        .service(delete::delete_suppression);
}

/// An address that no mail leaves to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suppression)]
struct SuppressionView {
    id: Uuid,
    address: String,
    /// `hard_bounce`: a server said that it takes no mail; `complaint`: its owner wants none; `unsubscribed`: its owner
    /// ended automatic mail; `by_hand`.
    cause: SuppressionCauseName,
    /// Mail that people write leaves all the same.
    automatic_only: bool,
    /// What the server or the employee said.
    #[schema(required)]
    reason: Option<String>,
    /// Null: for good.
    #[schema(required)]
    until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<SuppressionRow> for SuppressionView {
    fn from(row: SuppressionRow) -> Self {
        Self {
            id: row.id.uuid(),
            address: row.address,
            cause: row.cause.into(),
            automatic_only: row.automatic_only,
            reason: row.reason,
            until: row.until,
            created_at: row.created_at,
        }
    }
}
