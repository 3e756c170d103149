//! A mail as headers and parts, and its bytes.

#[cfg(test)]
pub(crate) mod tests;

use std::{iter, time::SystemTime};

use chrono::{DateTime, Utc};
use data_encoding::{BASE64, HEXLOWER};
use lettre::{
    Address,
    message::{
        Body, Mailbox as WireMailbox, Mailboxes, MultiPart, MultiPartBuilder, SinglePart,
        header::{
            self, ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue, Headers,
        },
    },
};
use liaison_domain::mail_address::EmailAddress;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{
    attachment::{Attachment, InlineImage},
    header_text,
    message_id::{MessageId, kept_references},
    plain_text,
};
use crate::parse::LOOP_HEADER;

/// Marks mail that no person wrote (RFC 3834 §5).
pub const AUTO_SUBMITTED: &str = "Auto-Submitted";
/// Asks Exchange servers not to answer automatic mail with an absence notice.
pub const AUTO_RESPONSE_SUPPRESS: &str = "X-Auto-Response-Suppress";
/// Where automatic mail can be ended (RFC 2369).
pub const LIST_UNSUBSCRIBE: &str = "List-Unsubscribe";
/// Says that one POST there is enough (RFC 8058).
pub const LIST_UNSUBSCRIBE_POST: &str = "List-Unsubscribe-Post";

/// All that makes up one mail. The envelope is no part of it: see [`crate::transport::Envelope`].
#[derive(Clone, Debug)]
pub struct Message {
    pub from: Mailbox,
    /// Who really sends, where that is not `from` (RFC 5322 §3.6.2).
    pub sender: Option<Mailbox>,
    /// At least one.
    pub to: Vec<Mailbox>,
    pub reply_to: Option<Mailbox>,
    /// Brought onto one line of at most 250 characters.
    pub subject: String,
    pub message_id: MessageId,
    pub in_reply_to: Option<MessageId>,
    /// The thread so far, oldest first; the first and the latest 19 are written.
    pub references: Vec<MessageId>,
    pub date: DateTime<Utc>,
    pub html: String,
    pub text: TextPart,
    pub automatic: Option<Automatic>,
    pub hop: Option<Hop>,
    pub attachments: Vec<Attachment>,
    pub inline_images: Vec<InlineImage>,
}

/// An address with the name that stands before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    pub name: Option<String>,
    pub address: EmailAddress,
}

impl Mailbox {
    pub fn new(name: impl Into<String>, address: EmailAddress) -> Self {
        Self { name: Some(name.into()), address }
    }
}

impl From<EmailAddress> for Mailbox {
    fn from(address: EmailAddress) -> Self {
        Self { name: None, address }
    }
}

/// The text/plain part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPart {
    Given(String),
    /// Made from the HTML.
    FromHtml,
    /// HTML only (PLT-1 switched off).
    None,
}

/// That no person wrote this mail, and why it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automatic {
    pub cause: AutomaticCause,
    /// An https URL that ends automatic mail to the recipient by one POST (R37).
    pub unsubscribe_url: Option<String>,
}

/// The values of [`AUTO_SUBMITTED`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutomaticCause {
    /// Something happened: `auto-generated`.
    Generated,
    /// A mail came in: `auto-replied`.
    Replied,
}

/// Where a mail has been: the value of [`LOOP_HEADER`], so that two installations never answer each other for ever (R3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// This installation, in letters, digits, `.` and `-`.
    pub installation: String,
    /// How many installations handled the matter before and including this one.
    pub count: u32,
}

/// Why facts make no mail.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MessageError {
    #[error("a mail needs a recipient")]
    NoRecipient,
    /// Servers on the way would need SMTPUTF8 (RFC 6531), which few have.
    #[error(
        "{name} <{address}> has an address that mail servers do not take: only ASCII stands before the @"
    )]
    NonAsciiAddress { name: String, address: EmailAddress },
    #[error("{0} is no address that mail servers take")]
    Address(EmailAddress),
    #[error("the hop's installation is not made of letters, digits, dots and dashes")]
    Installation,
    #[error("the unsubscribe link is not an https URL in visible ASCII of at most 900 bytes")]
    UnsubscribeUrl,
    #[error("the content id `{0}` is not made of visible ASCII")]
    ContentId(String),
}

impl Message {
    /// The mail in 7-bit with CRLF line ends, no line above 998 bytes, bodies in quoted-printable or base64 only.
    ///
    /// Equal messages give equal bytes: the boundaries are derived from the Message-ID.
    pub fn to_bytes(&self) -> Result<Vec<u8>, MessageError> {
        let mut bytes = self.headers()?.to_string().into_bytes();
        match self.body()? {
            Part::Single(part) => bytes.extend(part.formatted()),
            Part::Multi(part) => bytes.extend(part.formatted()),
        }
        Ok(bytes)
    }

    fn headers(&self) -> Result<Headers, MessageError> {
        if self.to.is_empty() {
            return Err(MessageError::NoRecipient);
        }
        let mut headers = Headers::new();
        headers.set(header::Date::new(SystemTime::from(self.date)));
        headers.set(header::From::from(Mailboxes::from(wire_mailbox(&self.from)?)));
        if let Some(sender) = &self.sender {
            headers.set(header::Sender::from(wire_mailbox(sender)?));
        }
        if let Some(reply_to) = &self.reply_to {
            headers.set(header::ReplyTo::from(Mailboxes::from(wire_mailbox(reply_to)?)));
        }
        headers.set(header::To::from(self.to.iter().map(wire_mailbox).collect::<Result<Mailboxes, _>>()?));
        headers.insert_raw(subject_header(&header_text::subject(&self.subject)));
        headers.set(header::MessageId::from(self.message_id.to_string()));
        if let Some(id) = &self.in_reply_to {
            headers.set(header::InReplyTo::from(id.to_string()));
        }
        let references = kept_references(&self.references).map(MessageId::as_str).collect::<Vec<_>>();
        if !references.is_empty() {
            headers.set(header::References::from(references.join(" ")));
        }
        if let Some(automatic) = &self.automatic {
            automatic.write(&mut headers)?;
        }
        if let Some(hop) = &self.hop {
            hop.write(&mut headers)?;
        }
        headers.set(header::MIME_VERSION_1_0);
        Ok(headers)
    }

    /// mixed( related( alternative( text, html ), images ), files ), each level only where it has two parts.
    fn body(&self) -> Result<Part, MessageError> {
        let mut boundaries = (1..).map(|level| boundary(&self.message_id, level));
        let mut wrap = |builder: MultiPartBuilder, first: Part, others: Vec<SinglePart>| {
            if others.is_empty() {
                return first;
            }
            let builder = builder.boundary(boundaries.next().unwrap_or_default());
            let start = match first {
                Part::Single(part) => builder.singlepart(part),
                Part::Multi(part) => builder.multipart(part),
            };
            Part::Multi(others.into_iter().fold(start, MultiPart::singlepart))
        };
        let html = text_part(ContentType::TEXT_HTML, &self.html);
        let text = match &self.text {
            TextPart::Given(text) => Some(text_part(ContentType::TEXT_PLAIN, text)),
            TextPart::FromHtml => {
                Some(text_part(ContentType::TEXT_PLAIN, &plain_text::from_html(&self.html)))
            }
            TextPart::None => None,
        };
        let readable = match text {
            Some(text) => wrap(MultiPart::alternative(), Part::Single(text), vec![html]),
            None => Part::Single(html),
        };
        let images = self.inline_images.iter().map(image_part).collect::<Result<_, _>>()?;
        let shown = wrap(MultiPart::related(), readable, images);
        Ok(wrap(MultiPart::mixed(), shown, self.attachments.iter().map(file_part).collect()))
    }
}

enum Part {
    Single(SinglePart),
    Multi(MultiPart),
}

impl Automatic {
    fn write(&self, headers: &mut Headers) -> Result<(), MessageError> {
        let cause = match self.cause {
            AutomaticCause::Generated => "auto-generated",
            AutomaticCause::Replied => "auto-replied",
        };
        headers.insert_raw(raw_header(AUTO_SUBMITTED, cause));
        headers.insert_raw(raw_header(AUTO_RESPONSE_SUPPRESS, "All"));
        if let Some(url) = &self.unsubscribe_url {
            let is_visible = |c: char| c.is_ascii_graphic() && c != '<' && c != '>' && c != ',';
            if !url.starts_with("https://") || url.len() > 900 || !url.chars().all(is_visible) {
                return Err(MessageError::UnsubscribeUrl);
            }
            headers.insert_raw(raw_header(LIST_UNSUBSCRIBE, &format!("<{url}>")));
            headers.insert_raw(raw_header(LIST_UNSUBSCRIBE_POST, "List-Unsubscribe=One-Click"));
        }
        Ok(())
    }
}

impl Hop {
    fn write(&self, headers: &mut Headers) -> Result<(), MessageError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let length = self.installation.len();
        if length == 0 || length > 100 || !self.installation.chars().all(is_plain) {
            return Err(MessageError::Installation);
        }
        headers.insert_raw(raw_header(LOOP_HEADER, &format!("{}; hops={}", self.installation, self.count)));
        Ok(())
    }
}

fn raw_header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn subject_header(line: &str) -> HeaderValue {
    if !line.contains("=?") {
        return raw_header("Subject", line);
    }
    // lettre leaves ASCII as it is, so a text that looks like an encoded word would be decoded by the reader.
    let words = encoded_words(line).collect::<Vec<_>>().join("\r\n ");
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str("Subject"), line.to_owned(), words)
}

/// RFC 2047 §2: at most 75 characters each, no character torn apart.
fn encoded_words(mut text: &str) -> impl Iterator<Item = String> {
    iter::from_fn(move || {
        let (word, rest) = text.split_at(text.floor_char_boundary(45));
        text = rest;
        (!word.is_empty()).then(|| format!("=?utf-8?b?{}?=", BASE64.encode(word.as_bytes())))
    })
}

fn wire_mailbox(mailbox: &Mailbox) -> Result<WireMailbox, MessageError> {
    let Mailbox { name, address } = mailbox;
    if !address.as_str().is_ascii() {
        let name = name.clone().unwrap_or_default();
        return Err(MessageError::NonAsciiAddress { name, address: address.clone() });
    }
    let wire =
        address.as_str().parse::<Address>().map_err(|_source| MessageError::Address(address.clone()))?;
    let name = name.as_deref().map(header_text::display_name).filter(|it| !it.is_empty());
    Ok(WireMailbox::new(name, wire))
}

/// Quoted-printable keeps mostly-ASCII text readable and short, base64 everything else short.
fn text_part(content_type: ContentType, text: &str) -> SinglePart {
    let bytes = crlf(text);
    let n_escaped = bytes.iter().filter(|it| !it.is_ascii()).count();
    let encoding = if n_escaped * 6 <= bytes.len() {
        ContentTransferEncoding::QuotedPrintable
    } else {
        ContentTransferEncoding::Base64
    };
    encoded_part(SinglePart::builder().content_type(content_type), bytes, encoding)
}

fn file_part(file: &Attachment) -> SinglePart {
    let disposition = ContentDisposition::attachment(&header_text::file_name(&file.name));
    binary_part(SinglePart::builder().header(disposition), file)
}

fn image_part(image: &InlineImage) -> Result<SinglePart, MessageError> {
    let id = &image.content_id;
    let is_visible = |c: char| c.is_ascii_graphic() && c != '<' && c != '>';
    if id.is_empty() || id.len() > 200 || !id.chars().all(is_visible) {
        return Err(MessageError::ContentId(header_text::shortened(&header_text::one_line(id), 200)));
    }
    let disposition = ContentDisposition::inline_with_name(&header_text::file_name(&image.file.name));
    let builder =
        SinglePart::builder().header(header::ContentId::from(format!("<{id}>"))).header(disposition);
    Ok(binary_part(builder, &image.file))
}

fn binary_part(builder: lettre::message::SinglePartBuilder, file: &Attachment) -> SinglePart {
    let builder = builder.content_type(media_type(&file.content_type, &file.content));
    encoded_part(builder, file.content.to_vec(), ContentTransferEncoding::Base64)
}

fn encoded_part(
    builder: lettre::message::SinglePartBuilder,
    bytes: Vec<u8>,
    encoding: ContentTransferEncoding,
) -> SinglePart {
    // Both encodings take any bytes; the error is the buffer given back.
    let body = Body::new_with_encoding(bytes, encoding).unwrap_or_else(Body::new);
    builder.header(encoding).body(body)
}

/// Messages and multiparts may only be 7-bit, 8-bit or binary (RFC 2046 §5), so they travel as bytes.
fn media_type(text: &str, content: &[u8]) -> ContentType {
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token =
        |it: &str| !it.is_empty() && it.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c));
    let is_opaque = match essence.split_once('/') {
        Some((kind, subtype)) => {
            kind == "message"
                || kind == "multipart"
                || !is_token(kind)
                || !is_token(subtype)
                || essence.len() > 127
        }
        None => true,
    };
    let known = if is_opaque { "application/octet-stream" } else { &essence };
    // A text without a charset is ASCII by the letter (RFC 2046 §4.1.2); one that is not UTF-8 is left to guessing.
    let is_utf8_text = known.starts_with("text/") && str::from_utf8(content).is_ok();
    let labelled = if is_utf8_text { format!("{known}; charset=utf-8") } else { known.to_owned() };
    ContentType::parse(&labelled).unwrap_or(ContentType::TEXT_PLAIN)
}

/// `=_` never comes up in quoted-printable, `_` never in base64: no body contains the line (RFC 2045 §6.7).
fn boundary(id: &MessageId, level: u8) -> String {
    let digest = Sha256::digest(id.as_str());
    format!("=_{level}_{}", HEXLOWER.encode(digest.get(..16).unwrap_or_default()))
}

/// Every kind of line end as CRLF (S15); NUL has no place in a text (RFC 5321 §2.4).
fn crlf(text: &str) -> Vec<u8> {
    let unified = text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n").replace('\0', "");
    unified.into_bytes()
}
