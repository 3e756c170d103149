//! `GET /v1/account-links/parked`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use chrono::{DateTime, Utc};
use liaison_persistence::link::stream::ParkedRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::kind;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::StaffCaller, link::report},
};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParkedOperations {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// Something that came over a link and could not be applied.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParkedLinkOperation)]
struct ParkedView {
    id: Uuid,
    /// The name of the account that it came from.
    account: String,
    #[serde(rename = "type")]
    kind: String,
    received_at: DateTime<Utc>,
    /// Why it was given up.
    cause: String,
}

impl From<ParkedRow> for ParkedView {
    fn from(row: ParkedRow) -> Self {
        Self {
            id: row.id.uuid(),
            account: row.peer,
            kind: kind(&row.operation.0),
            received_at: row.received_at,
            cause: row.parked_because,
        }
    }
}

/// Operations that were given up
///
/// What followed them about the same task waits. Oldest first. For administrators.
#[utoipa::path(
    operation_id = "list_parked_operations", tag = "account-links", security(("bearer" = [])),
    params(ListParkedOperations),
    responses(
        (status = 200, description = "A page", body = PageView<ParkedView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/account-links/parked")]
pub(super) async fn list_parked_operations(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListParkedOperations>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let parked = query(&app, async |tx| report::list_parked(tx, &caller, page).await).await?;
    Ok(Answer::ok(&PageView::of(parked, ParkedView::from))?.respond(&request))
}
