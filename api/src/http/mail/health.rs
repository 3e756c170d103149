//! `GET /v1/mail/health`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use chrono::{DateTime, Utc};
use liaison_domain::{mail_health::HealthLevel, outgoing::RecipientState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        routes::Routes,
        transact::query,
    },
    service::{
        caller::StaffCaller,
        mail_health::{self, Check, Known},
    },
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show_mail_health);
}

/// Whether the account's mail can arrive.
#[derive(Debug, Serialize, ToSchema)]
struct MailHealth {
    /// The domain that mail is from, where it leaves by no external mailbox.
    #[schema(example = "acme.liaison.example.com")]
    domain: String,
    /// The worst of `checks`: `ok`, `unknown`, `warning` or `failing`
    #[schema(example = "ok")]
    state: &'static str,
    checks: Vec<CheckView>,
    /// When a server took the newest mail that one took.
    #[schema(required)]
    last_success_at: Option<DateTime<Utc>>,
    queue: QueueView,
}

/// One thing that mail depends on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailHealthCheck)]
struct CheckView {
    /// `spf`, `dkim`, `dmarc`, `mx`, `smtp` or `queue`
    #[schema(example = "spf")]
    name: &'static str,
    /// `ok`, `unknown`, `warning` or `failing`
    #[schema(example = "ok")]
    state: &'static str,
    /// What it is, or what to do.
    detail: String,
    /// What the DNS holds.
    found: Vec<String>,
}

/// Mails, one a recipient, that have not left.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailQueue)]
struct QueueView {
    queued: i64,
    sending: i64,
    deferred: i64,
    /// Wait for a window or a limit.
    held: i64,
    /// When the oldest of them was written, but for those that are held.
    #[schema(required)]
    oldest_at: Option<DateTime<Utc>>,
    /// Since then.
    #[schema(required)]
    age_seconds: Option<i64>,
}

/// Health of outgoing mail
///
/// Asks the DNS for what receivers go by (SPF, DKIM, DMARC, MX), tries the server that mail leaves by without sending anything,
/// and looks at the queue. Answers within ten seconds. For administrators.
#[utoipa::path(
    operation_id = "show_mail_health", tag = "mail", security(("bearer" = [])),
    responses(
        (status = 200, description = "What was found", body = MailHealth),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail/health")]
pub(super) async fn show_mail_health(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let known = query(&app, async |tx| mail_health::load(tx, &app, &caller).await).await?;
    let checks = mail_health::examine(&app, &known).await;
    Ok(Answer::ok(&MailHealth::of(known, checks, app.env.now()))?.respond(&request))
}

impl MailHealth {
    fn of(known: Known, checks: Vec<Check>, now: DateTime<Utc>) -> Self {
        let worst = checks.iter().map(|it| it.finding.level).max().unwrap_or(HealthLevel::Ok);
        let count = |state| known.counts.iter().find(|it| it.state == state).map_or(0, |it| it.count);
        Self {
            state: worst.as_str(),
            last_success_at: known.last_success,
            queue: QueueView {
                queued: count(RecipientState::Queued),
                sending: count(RecipientState::Sending),
                deferred: count(RecipientState::Deferred),
                held: count(RecipientState::Held),
                oldest_at: known.oldest,
                age_seconds: known.oldest.map(|it| (now - it).num_seconds().max(0)),
            },
            checks: checks.into_iter().map(CheckView::from).collect(),
            domain: known.domain,
        }
    }
}

impl From<Check> for CheckView {
    fn from(check: Check) -> Self {
        let Check { name, finding, found } = check;
        Self { name, state: finding.level.as_str(), detail: finding.detail.into_owned(), found }
    }
}
