//! A received mail as the API shows it: `mail check`, `mail/incoming:dry-run`, the `parsed` field of an incoming entry.

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use liaison_mailer::parse::{self, BounceClass, MailKind, segment::SegmentKind};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// What a received mail says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParsedMail {
    pub kind: ParsedMailKind,
    /// Decoded, one line.
    pub subject: String,
    pub from: Option<ParsedMailbox>,
    pub to: Vec<ParsedMailbox>,
    pub cc: Vec<ParsedMailbox>,
    pub reply_to: Vec<ParsedMailbox>,
    pub date: Option<DateTime<Utc>>,
    /// Ids stand without angle brackets.
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    /// The whole body as text, converted from HTML where there is no text part.
    pub text: String,
    /// The text cut by origin; joined, the segments are exactly `text`.
    pub segments: Vec<ParsedSegment>,
    /// What the sender wrote now.
    pub visible: String,
    /// Quotes, signatures, forwards.
    pub elided: String,
    /// Sanitized; null where the mail has no HTML.
    pub html: Option<String>,
    /// Remote images that were taken out of `html`.
    pub blocked_remote_images: usize,
    /// Set for delivery reports.
    pub bounce: Option<ParsedBounce>,
    pub attachments: Vec<ParsedAttachment>,
    /// Why the mail is of this kind.
    pub reasons: Vec<String>,
    /// What was repaired, capped or dropped.
    pub warnings: Vec<String>,
}

/// What sort of mail it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParsedMailKind {
    Message,
    AutoReply,
    Bounce,
    Complaint,
    Unparsable,
}

/// An address with the name beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParsedMailbox {
    pub name: Option<String>,
    pub address: String,
}

/// A run of the text with one origin.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParsedSegment {
    pub kind: ParsedSegmentKind,
    pub text: String,
}

/// Where a run of text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParsedSegmentKind {
    New,
    Signature,
    Quote,
    Forward,
}

/// What a delivery report says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParsedBounce {
    pub recipients: Vec<ParsedBouncedRecipient>,
    pub original_message_id: Option<String>,
}

/// The fate of one recipient.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParsedBouncedRecipient {
    pub address: String,
    /// Enhanced status code (RFC 3463).
    pub status: Option<String>,
    pub class: ParsedBounceClass,
    pub diagnostic: Option<String>,
}

/// What the report means for further mail to the recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParsedBounceClass {
    Hard,
    Soft,
    Delayed,
    Delivered,
}

/// A file of the mail, without its content.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParsedAttachment {
    pub name: String,
    pub content_type: String,
    /// Bytes, decoded.
    pub size: usize,
    /// Of the decoded bytes, in lower-case hex.
    pub sha256: String,
    pub inline: bool,
    /// A logo, a tracking pixel or an image of the quoted text: hidden by default.
    pub inline_noise: bool,
    pub content_id: Option<String>,
}

impl From<&parse::ParsedMail> for ParsedMail {
    fn from(mail: &parse::ParsedMail) -> Self {
        Self {
            kind: mail.kind.into(),
            subject: mail.subject.clone(),
            from: mail.from.as_ref().map(Into::into),
            to: mail.to.iter().map(Into::into).collect(),
            cc: mail.cc.iter().map(Into::into).collect(),
            reply_to: mail.reply_to.iter().map(Into::into).collect(),
            date: mail.date,
            message_id: mail.message_id.clone(),
            in_reply_to: mail.in_reply_to.clone(),
            references: mail.references.clone(),
            text: mail.text.clone(),
            segments: mail
                .segments
                .iter()
                .map(|it| ParsedSegment { kind: it.kind.into(), text: it.text.clone() })
                .collect(),
            visible: mail.visible.clone(),
            elided: mail.elided.clone(),
            html: mail.html.clone(),
            blocked_remote_images: mail.blocked_remote_images,
            bounce: mail.bounce.as_ref().map(Into::into),
            attachments: mail.attachments.iter().map(Into::into).collect(),
            reasons: mail.reasons.clone(),
            warnings: mail.warnings.clone(),
        }
    }
}

impl From<MailKind> for ParsedMailKind {
    fn from(kind: MailKind) -> Self {
        match kind {
            MailKind::Message => Self::Message,
            MailKind::AutoReply => Self::AutoReply,
            MailKind::Bounce => Self::Bounce,
            MailKind::Complaint => Self::Complaint,
            MailKind::Unparsable => Self::Unparsable,
        }
    }
}

impl From<&parse::Mailbox> for ParsedMailbox {
    fn from(mailbox: &parse::Mailbox) -> Self {
        Self { name: mailbox.name.clone(), address: mailbox.address.clone() }
    }
}

impl From<SegmentKind> for ParsedSegmentKind {
    fn from(kind: SegmentKind) -> Self {
        match kind {
            SegmentKind::New => Self::New,
            SegmentKind::Signature => Self::Signature,
            SegmentKind::Quote => Self::Quote,
            SegmentKind::Forward => Self::Forward,
        }
    }
}

impl From<&parse::Bounce> for ParsedBounce {
    fn from(bounce: &parse::Bounce) -> Self {
        Self {
            recipients: bounce.recipients.iter().map(Into::into).collect(),
            original_message_id: bounce.original_message_id.clone(),
        }
    }
}

impl From<&parse::BouncedRecipient> for ParsedBouncedRecipient {
    fn from(recipient: &parse::BouncedRecipient) -> Self {
        Self {
            address: recipient.address.clone(),
            status: recipient.status.clone(),
            class: recipient.class.into(),
            diagnostic: recipient.diagnostic.clone(),
        }
    }
}

impl From<BounceClass> for ParsedBounceClass {
    fn from(class: BounceClass) -> Self {
        match class {
            BounceClass::Hard => Self::Hard,
            BounceClass::Soft => Self::Soft,
            BounceClass::Delayed => Self::Delayed,
            BounceClass::Delivered => Self::Delivered,
        }
    }
}

impl From<&parse::Attachment> for ParsedAttachment {
    fn from(attachment: &parse::Attachment) -> Self {
        Self {
            name: attachment.name.clone(),
            content_type: attachment.content_type.clone(),
            size: attachment.bytes.len(),
            sha256: HEXLOWER.encode(&Sha256::digest(&attachment.bytes)),
            inline: attachment.inline,
            inline_noise: attachment.inline_noise,
            content_id: attachment.content_id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use liaison_mailer::parse::{Limits, parse};

    use super::ParsedMail;

    #[test]
    fn the_object_has_the_promised_fields_in_order() {
        let raw = "From: Ann <ann@client.example>\r\nSubject: x\r\nDate: Tue, 3 Nov 2026 10:00:00 +0100\r\n\r\nHello\r\n";
        let view = ParsedMail::from(&parse(&raw.into(), &Limits::default()));
        let json = serde_json::to_string(&view).unwrap();
        let expected = concat!(
            r#"{"kind":"message","subject":"x","from":{"name":"Ann","address":"ann@client.example"},"to":[],"cc":[],"#,
            r#""reply_to":[],"date":"2026-11-03T09:00:00Z","message_id":null,"in_reply_to":[],"references":[],"#,
            r#""text":"Hello\n","segments":[{"kind":"new","text":"Hello\n"}],"visible":"Hello","elided":"","html":null,"#,
            r#""blocked_remote_images":0,"bounce":null,"attachments":[],"reasons":["nothing says otherwise"],"#,
            r#""warnings":[]}"#,
        );
        assert_eq!(json, expected);
    }
}
