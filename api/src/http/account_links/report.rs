//! `GET /v1/account-links/report`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use chrono::{DateTime, Utc};
use liaison_domain::id::TaskId;
use liaison_persistence::link::stream::LeftRow;
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

/// What has left.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportAccountLinks {
    /// For the account of this name.
    account: Option<String>,
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// Something that has left the account over a link.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LinkOperation)]
struct LeftView {
    id: Uuid,
    /// The name of the account that it went to.
    account: String,
    /// The task that it is about.
    #[schema(required)]
    task_id: Option<Uuid>,
    /// `link_requested`, `task_opened`, `task_changed`, `comment_added` and so on: see docs/links.md.
    #[serde(rename = "type")]
    kind: String,
    at: DateTime<Utc>,
    /// When the other account had it; null while it is on its way.
    #[schema(required)]
    sent_at: Option<DateTime<Utc>>,
    /// All of it, as it left.
    #[schema(value_type = Object)]
    operation: serde_json::Value,
}

impl From<LeftRow> for LeftView {
    fn from(row: LeftRow) -> Self {
        Self {
            id: row.id.uuid(),
            account: row.peer,
            task_id: row.task_id.map(TaskId::uuid),
            kind: kind(&row.operation.0),
            at: row.created_at,
            sent_at: row.sent_at,
            operation: row.operation.0,
        }
    }
}

/// What has left over links
///
/// Everything, newest first, word for word. For administrators.
#[utoipa::path(
    operation_id = "report_account_links", tag = "account-links", security(("bearer" = [])),
    params(ReportAccountLinks),
    responses(
        (status = 200, description = "A page", body = PageView<LeftView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/account-links/report")]
pub(super) async fn report_account_links(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ReportAccountLinks>,
) -> Result<HttpResponse, Problem> {
    let ReportAccountLinks { account, limit, cursor } = parameters.0;
    let page = page::request(limit.as_deref(), cursor.as_deref())?;
    let left = query(&app, async |tx| report::list_left(tx, &caller, account, page).await).await?;
    Ok(Answer::ok(&PageView::of(left, LeftView::from))?.respond(&request))
}
