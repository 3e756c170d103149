//! `POST /v1/mail/incoming`

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CONTENT_LENGTH, CONTENT_TYPE},
    post,
    web::{Data, Payload},
};
use liaison_domain::{
    inbound::{verdict::MAX_MAIL_BYTES, via::Via},
    mail_address::EmailAddress,
    refusal::{Code, FieldCode, Refusal},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::signature::Signature;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command,
        fields::Fields,
        problem::{Problem, ProblemView},
    },
    service::{
        Failure,
        intake::{self, Envelope, Received},
    },
};

/// Most recipients of one mail.
const MAX_RECIPIENTS: usize = 1_000;

/// The envelope.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents parameters that are read by hand, since one of them is repeated")]
struct ReceiveMail {
    /// An address of ours that the mail is for; repeatable.
    recipient: Vec<String>,
    /// The envelope's sender; absent or empty for `<>`.
    sender: Option<String>,
}

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
    state: &'static str,
}

impl From<&Received> for ReceivedMailView {
    fn from(received: &Received) -> Self {
        Self { id: received.id.uuid(), state: received.state.as_str() }
    }
}

/// Hand in a mail
///
/// The body is the mail as received (RFC 5322), at most 25 MB. It is committed before the answer and looked at right
/// after. The same mail for the same recipients within ten minutes is one mail.
#[utoipa::path(
    operation_id = "receive_mail", tag = "mail",
    params(ReceiveMail, SignatureParam),
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
    let raw = command::read(payload.into_inner(), MAX_MAIL_BYTES).await?.freeze();
    signature.check(&app.keys, &raw)?;
    let envelope = read_envelope(&request)?;
    let received = intake::receive(&app, envelope, raw).await?;
    let first = received.first().ok_or(Failure::Internal("a mail was taken for nobody", None))?;
    Ok(Answer::accepted(&ReceivedMailView::from(first))?.into_response())
}

fn require_mail(request: &HttpRequest) -> Result<(), Refusal> {
    let header = |name| request.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let essence = header(CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("message/rfc822") {
        return Err(Refusal::new(Code::UnsupportedMediaType, "The body must be message/rfc822."));
    }
    if header(CONTENT_LENGTH).parse().is_ok_and(|it: usize| it > MAX_MAIL_BYTES) {
        return Err(Refusal::new(Code::PayloadTooLarge, "A mail has at most 25 MB."));
    }
    Ok(())
}

fn read_envelope(request: &HttpRequest) -> Result<Envelope, Refusal> {
    let mut fields = Fields::default();
    let mut envelope = Envelope {
        via: Via::Http,
        peer: request.peer_addr().map(|it| it.ip().to_canonical()),
        client: None,
        helo: None,
        sender: String::new(),
        recipients: Vec::new(),
    };
    let parameters: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string())
        .map_err(|_source| Refusal::new(Code::ValidationFailed, "The parameters can't be read."))?;
    for (name, value) in parameters {
        // Form encoding makes a blank of a plus; addresses have the one and never the other.
        let address = value.replace(' ', "+");
        match name.as_str() {
            "recipient" => envelope.recipients.push(address),
            "sender" if address.is_empty() => {}
            "sender" => {
                if let Some(sender) = fields.read("?sender", EmailAddress::parse(&address)) {
                    envelope.sender = sender.to_string();
                }
            }
            _ => fields.note(
                format!("?{name}"),
                FieldCode::UnknownField,
                "is not a parameter of this operation",
            ),
        }
    }
    if envelope.recipients.is_empty() {
        fields.note("?recipient", FieldCode::Required, "is required");
    }
    fields.at_most("?recipient", envelope.recipients.len(), MAX_RECIPIENTS);
    fields.finish()?;
    Ok(envelope)
}
