//! A mail in a request: its bytes as the body, its envelope as parameters.

use actix_web::{
    HttpRequest,
    http::header::{CONTENT_LENGTH, CONTENT_TYPE},
    web::Payload,
};
use bytes::Bytes;
use liaison_domain::{
    inbound::{verdict::MAX_MAIL_BYTES, via::Via},
    mail_address::EmailAddress,
    refusal::{Code, FieldCode, Refusal},
};
use utoipa::IntoParams;

use crate::{
    http::{command, fields::Fields},
    service::intake::Envelope,
};

/// Most recipients of one mail.
const MAX_RECIPIENTS: usize = 1_000;

/// The envelope.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents parameters that are read by hand, since one of them is repeated")]
pub(super) struct EnvelopeParams {
    /// An address of ours that the mail is for; repeatable.
    recipient: Vec<String>,
    /// The envelope's sender; absent or empty for `<>`.
    sender: Option<String>,
}

/// Refuses a body that is no mail, before a byte of it is read.
pub(super) fn require_mail(request: &HttpRequest) -> Result<(), Refusal> {
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

pub(super) async fn read_mail(payload: Payload) -> Result<Bytes, Refusal> {
    Ok(command::read(payload.into_inner(), MAX_MAIL_BYTES).await?.freeze())
}

pub(super) fn read_envelope(request: &HttpRequest) -> Result<Envelope, Refusal> {
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
