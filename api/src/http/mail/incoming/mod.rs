//! `/v1/mail/incoming`: the ledger of mail that comes in, and the way in by HTTP.

mod attach;
mod block;
mod dry_run;
mod envelope;
mod list;
mod receive;
mod release;
mod reprocess;
mod show;
mod show_raw;
mod signature;
mod summarize;
mod trust;

use chrono::{DateTime, Utc};
use liaison_domain::id::{CommentId, TaskId};
use liaison_persistence::incoming_mail::{Authentication, IncomingMailRow, Step};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::routes::Routes,
    view::{
        name::{CauseName, IncomingStateName, MatchedByName},
        parsed_mail::ParsedMail,
    },
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(dry_run::dry_run_incoming_mail)
        .service(receive::receive_mail)
        .service(list::list_incoming_mail)
        .service(summarize::summarize_incoming_mail)
        .service(show::show_incoming_mail)
        .service(show_raw::show_incoming_mail_raw)
        .service(reprocess::reprocess_incoming_mail)
        .service(release::release_incoming_mail)
        .service(attach::attach_incoming_mail)
        .service(block::block_incoming_mail)
        .service(trust::trust_incoming_mail);
}

/// A received mail and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncomingMail)]
struct IncomingMailView {
    id: Uuid,
    /// `received`, then one of the others.
    state: IncomingStateName,
    /// Why it was quarantined or rejected.
    #[schema(required)]
    cause: Option<CauseName>,
    /// Our addresses in its envelope.
    recipients: Vec<String>,
    /// The envelope's sender; empty for `<>`.
    sender: String,
    received_at: DateTime<Utc>,
    /// When its bytes were cleared away, past their time; the entry stays.
    #[schema(required)]
    raw_dropped_at: Option<DateTime<Utc>>,
    /// Without angle brackets.
    #[schema(required)]
    message_id: Option<String>,
    /// By what its conversation was found; null before it was looked at.
    #[schema(required)]
    matched_by: Option<MatchedByName>,
    /// Null where nobody asked: before the mail was looked at, of reports and automatic answers, with `mail.auth` off.
    #[schema(required)]
    authentication: Option<AuthenticationView>,
    #[schema(required)]
    task_id: Option<Uuid>,
    #[schema(required)]
    comment_id: Option<Uuid>,
    /// What the mail says, as it is read now; null in lists, and where its bytes are gone.
    #[schema(required)]
    parsed: Option<ParsedMail>,
    /// What was seen and what followed, step by step.
    explain: Vec<StepView>,
}

/// What was found out about a mail's origin: each `pass`, `fail`, `softfail`, `neutral`, `none`, `temperror` or
/// `permerror` (RFC 8601). The details stand in `explain`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailAuthentication)]
struct AuthenticationView {
    spf: String,
    dkim: String,
    dmarc: String,
    arc: String,
}

impl From<Authentication> for AuthenticationView {
    fn from(found: Authentication) -> Self {
        let Authentication { spf, dkim, dmarc, arc } = found;
        Self { spf, dkim, dmarc, arc }
    }
}

/// One step of looking at a mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncomingMailStep)]
struct StepView {
    step: String,
    verdict: String,
    detail: String,
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        Self { step: step.step, verdict: step.verdict, detail: step.detail }
    }
}

impl IncomingMailView {
    fn of(row: IncomingMailRow, parsed: Option<ParsedMail>) -> Self {
        Self {
            id: row.id.uuid(),
            state: row.state.into(),
            cause: row.cause.map(Into::into),
            recipients: row.recipients.0,
            sender: row.envelope_sender,
            received_at: row.received_at,
            raw_dropped_at: row.raw_dropped_at,
            message_id: row.message_id,
            matched_by: row.matched_by.map(Into::into),
            authentication: row.authentication.map(|it| it.0.into()),
            task_id: row.task_id.map(TaskId::uuid),
            comment_id: row.comment_id.map(CommentId::uuid),
            parsed,
            explain: row.explain.0.into_iter().map(Into::into).collect(),
        }
    }
}
