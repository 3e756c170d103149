//! `POST /v1/mail/incoming`

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Payload},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    envelope::{EnvelopeParams, read_envelope, read_mail, require_mail},
    signature::Signature,
};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
    },
    service::{
        Failure,
        intake::{self, Received},
    },
    view::name::IncomingStateName,
};

/// The signature.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
struct SignatureParam {
    /// `t=<unix seconds>,v1=<hex of HMAC-SHA256 of "<t>." and the body under ingest.secret>`, at most 5 minutes off.
    #[param(rename = "Liaison-Signature")]
    #[expect(dead_code, reason = "documents a header")]
    signature: String,
}

/// A mail that was taken in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReceivedMail)]
struct ReceivedMailView {
    /// Where the recipients are of several accounts, the first one's entry.
    id: Uuid,
    /// `received`; for a request that came before, where its mail stands now.
    state: IncomingStateName,
}

impl From<&Received> for ReceivedMailView {
    fn from(received: &Received) -> Self {
        Self { id: received.id.uuid(), state: received.state.into() }
    }
}

/// Hand in a mail
///
/// The body is the mail as received (RFC 5322), at most 25 MB. It is committed before the answer and looked at right
/// after. The same mail for the same recipients within ten minutes is one mail.
#[utoipa::path(
    operation_id = "receive_mail", tag = "mail",
    params(EnvelopeParams, SignatureParam),
    request_body(content = String, content_type = "message/rfc822", description = "The mail"),
    responses(
        (status = 202, description = "Committed", body = ReceivedMailView),
        (status = "4XX", description = "Refused: `invalid_signature`, `unsupported_media_type`, `payload_too_large`, `validation_failed`, `unknown_recipient`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail/incoming")]
pub(super) async fn receive_mail(
    request: HttpRequest,
    app: Data<App>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let signature = Signature::of(&request, app.env.now())?;
    require_mail(&request)?;
    let raw = read_mail(payload).await?;
    signature.check(&app.keys, &raw)?;
    let envelope = read_envelope(&request)?;
    let received = intake::receive(&app, envelope, raw).await?;
    let first = received.first().ok_or(Failure::Internal("a mail was taken for nobody", None))?;
    Ok(Answer::accepted(&ReceivedMailView::from(first))?.into_response())
}
