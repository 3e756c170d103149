//! `GET /v1/audit-log`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use chrono::{DateTime, Utc};
use liaison_domain::person::PersonRef;
use liaison_persistence::audit::AuditRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{audit, caller::StaffCaller},
    view::{name::AuditActionName, person::PersonView},
};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListAuditEvents {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
struct AuditEventView {
    id: Uuid,
    at: DateTime<Utc>,
    /// The employee who did it; null where another account or a rule did.
    #[schema(required)]
    actor: Option<PersonView>,
    action: AuditActionName,
    /// The id of the person, task or account that it is about.
    subject: Uuid,
    /// What else there is to know of it: the other `account`, or the settings `before` and `after`.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
}

impl AuditEventView {
    fn new(row: AuditRow, actor: Option<&PersonRef>) -> Self {
        Self {
            id: row.id.uuid(),
            at: row.created_at,
            actor: actor.map(Into::into),
            action: row.action.into(),
            subject: row.subject_id,
            detail: row.detail.0,
        }
    }
}

/// The audit log
///
/// Changes of the settings of account links, and links made, answered, ended and cut. Newest first. For administrators.
#[utoipa::path(
    operation_id = "list_audit_events", tag = "audit-log", security(("bearer" = [])),
    params(ListAuditEvents),
    responses(
        (status = 200, description = "A page", body = PageView<AuditEventView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/audit-log")]
pub(super) async fn list_audit_events(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListAuditEvents>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let (page, people) = query(&app, async |tx| audit::list(tx, &caller, page).await).await?;
    let view = |row: AuditRow| {
        let actor = row.actor_id.and_then(|it| people.get(&it));
        AuditEventView::new(row, actor)
    };
    Ok(Answer::ok(&PageView::of(page, view))?.respond(&request))
}
