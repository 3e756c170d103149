//! `GET /v1/mail/incoming/summary`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use liaison_domain::inbound::verdict::{Cause, IncomingState};
use liaison_persistence::incoming_mail::CountRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, incoming::ledger},
    view::name::{CauseName, IncomingStateName},
};

/// What became of all mail in the ledger: `received` is `waiting` and the six states that a mail ends in, added up.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
struct IncomingMailSummary {
    /// All of it.
    received: i64,
    /// Not looked at yet.
    waiting: i64,
    applied: i64,
    quarantined: i64,
    rejected: i64,
    bounce: i64,
    auto_reply: i64,
    failed: i64,
    /// The quarantined and the rejected by their cause.
    causes: Vec<CauseCount>,
}

/// Mails of one cause.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = IncomingMailCauseCount)]
struct CauseCount {
    cause: CauseName,
    state: IncomingStateName,
    count: i64,
}

/// What became of incoming mail, in numbers
///
/// Of the whole ledger. For administrators.
#[utoipa::path(
    operation_id = "summarize_incoming_mail", tag = "mail", security(("bearer" = [])),
    responses(
        (status = 200, description = "The numbers", body = IncomingMailSummary),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail/incoming/summary")]
pub(super) async fn summarize_incoming_mail(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let counts = query(&app, async |tx| ledger::count(tx, &caller).await).await?;
    Ok(Answer::ok(&IncomingMailSummary::from(counts.as_slice()))?.respond(&request))
}

impl From<&[CountRow]> for IncomingMailSummary {
    fn from(counts: &[CountRow]) -> Self {
        let mut summary = Self::default();
        for &CountRow { state, cause, count } in counts {
            summary.received += count;
            *match state {
                IncomingState::Received => &mut summary.waiting,
                IncomingState::Applied => &mut summary.applied,
                IncomingState::Quarantined => &mut summary.quarantined,
                IncomingState::Rejected => &mut summary.rejected,
                IncomingState::Bounce => &mut summary.bounce,
                IncomingState::AutoReply => &mut summary.auto_reply,
                IncomingState::Failed => &mut summary.failed,
            } += count;
            let count_of = |cause: Cause| CauseCount { cause: cause.into(), state: state.into(), count };
            summary.causes.extend(cause.map(count_of));
        }
        summary
    }
}
