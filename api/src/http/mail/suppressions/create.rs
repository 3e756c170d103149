//! `POST /v1/mail/suppressions`

use actix_web::{HttpResponse, post, web::Data};
use chrono::{DateTime, Utc};
use liaison_domain::{
    Timestamp,
    mail_address::EmailAddress,
    refusal::{FieldCode, Refusal},
    text::Line,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::SuppressionView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::{Fields, moment},
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        suppression::{self, MAX_REASON_CHARS},
    },
};

/// An address that no mail shall leave to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateSuppression {
    #[schema(example = "ivan@client.example")]
    address: String,
    /// 1–500 characters.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// Absent: for good.
    until: Option<DateTime<Utc>>,
}

/// Stop mail to an address
///
/// Whatever the mail, hand-written comments too: their deliveries are `suppressed`, with a warning in the comment's
/// answer. Asked for again, it is changed. For administrators.
#[utoipa::path(
    operation_id = "create_suppression", tag = "mail", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateSuppression,
    responses(
        (status = 201, description = "Stopped", body = SuppressionView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail/suppressions")]
pub(super) async fn create_suppression(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateSuppression>,
) -> Result<HttpResponse, Problem> {
    let (address, reason, until) = command.body.read(app.env.now())?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let reason = reason.as_ref().map(Line::as_str);
        let row = suppression::create(tx, &app.env, &caller, &address, reason, until).await?;
        Answer::created(&SuppressionView::from(row), None)
    })
    .await
}

type Reason = Line<MAX_REASON_CHARS>;

impl CreateSuppression {
    fn read(self, now: Timestamp) -> Result<(EmailAddress, Option<Reason>, Option<Timestamp>), Refusal> {
        let mut fields = Fields::default();
        let address = fields.read("/address", EmailAddress::parse(&self.address));
        let reason = self.reason.and_then(|it| fields.read("/reason", Reason::parse(&it)));
        let until = self.until.and_then(|it| fields.read("/until", moment(it)));
        if until.is_some_and(|it| it <= now) {
            fields.note("/until", FieldCode::OutOfRange, "must be in the future");
        }
        match address {
            Some(address) if fields.is_empty() => Ok((address, reason, until)),
            _ => Err(fields.refusal()),
        }
    }
}
