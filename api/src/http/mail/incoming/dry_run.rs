//! `POST /v1/mail/incoming:dry-run`

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Payload},
};
use liaison_domain::{id::TaskId, person::PersonRef};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    StepView,
    envelope::{EnvelopeParams, read_envelope, read_mail, require_mail},
};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::{query, rehearse},
    },
    service::{
        caller::StaffCaller,
        incoming::rehearsal::{self, Existing, Rehearsal},
    },
    view::{
        name::{CauseName, IncomingStateName, MatchedByName, PersonKindName},
        parsed_mail::ParsedMail,
    },
};

/// What would become of a mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RehearsedMail)]
struct RehearsedMailView {
    /// What is seen and what would follow, step by step.
    explain: Vec<StepView>,
    parsed: ParsedMail,
    would: WouldView,
}

/// The mail's entry, task and comment, if it were received now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RehearsedOutcome)]
struct WouldView {
    /// As of an entry; `received` where the DNS does not answer now and would be asked again.
    state: IncomingStateName,
    #[schema(required)]
    cause: Option<CauseName>,
    #[schema(required)]
    matched_by: Option<MatchedByName>,
    /// The task that it would be added to; null also where it would begin one.
    #[schema(required)]
    task_id: Option<Uuid>,
    #[schema(required)]
    author: Option<RehearsedPersonView>,
    /// Who would be told, contacts that wait for a confirmation too.
    audience: Vec<RehearsedPersonView>,
}

/// A person who is there, or who would be made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RehearsedPerson)]
struct RehearsedPersonView {
    /// Null for who would be made.
    #[schema(required)]
    id: Option<Uuid>,
    kind: PersonKindName,
    name: String,
}

/// Try a mail
///
/// Tells what would become of a mail if it were received now for these addresses of the own account, by doing it and taking it
/// back: nothing changes, nobody is told. The body is the mail (RFC 5322), at most 25 MB. For administrators.
#[utoipa::path(
    operation_id = "dry_run_incoming_mail", tag = "mail", security(("bearer" = [])),
    params(EnvelopeParams),
    request_body(content = String, content_type = "message/rfc822", description = "The mail"),
    responses(
        (status = 200, description = "What would become of it", body = RehearsedMailView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `unsupported_media_type`, `payload_too_large`, `validation_failed`, `unknown_recipient`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail/incoming:dry-run")]
pub(super) async fn dry_run_incoming_mail(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    caller.require_admin()?;
    require_mail(&request)?;
    let envelope = read_envelope(&request)?;
    let raw = read_mail(payload).await?;
    let prepared = rehearsal::prepare(&app, &caller, &envelope, raw).await?;
    let parsed = ParsedMail::from(prepared.mail());
    let rehearsed = rehearse(&app, async |tx| rehearsal::rehearse(tx, &app, prepared).await).await?;
    let existing =
        query(&app, async |tx| rehearsal::list_existing(tx, caller.account, &rehearsed).await).await?;
    let explain = rehearsed.row.explain.0.iter().cloned().map(Into::into).collect();
    let view = RehearsedMailView { explain, parsed, would: WouldView::of(&rehearsed, &existing) };
    Ok(Answer::ok(&view)?.into_response())
}

impl WouldView {
    fn of(rehearsed: &Rehearsal, existing: &Existing) -> Self {
        let Rehearsal { row, author, audience } = rehearsed;
        let person = |it: &PersonRef| RehearsedPersonView {
            id: existing.people.contains(&it.id).then(|| it.id.uuid()),
            kind: it.kind.into(),
            name: it.name.clone(),
        };
        Self {
            state: row.state.into(),
            cause: row.cause.map(Into::into),
            matched_by: row.matched_by.map(Into::into),
            task_id: row.task_id.filter(|_| existing.has_task).map(TaskId::uuid),
            author: author.as_ref().map(person),
            audience: audience.iter().map(person).collect(),
        }
    }
}
