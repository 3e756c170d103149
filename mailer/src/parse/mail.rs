//! What a received mail says, in one value.

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::{limits::LimitExceeded, segment::Segment};

/// When a mail says it was written.
pub type MailDate = DateTime<Utc>;

/// A mail as read: nothing in it is trusted, everything in it is bounded and printable.
#[derive(Clone, Debug, Default)]
pub struct ParsedMail {
    pub kind: MailKind,
    /// The bound that it breaks, for which it was not read.
    pub exceeds: Option<LimitExceeded>,
    /// Decoded, one line, empty when there is none.
    pub subject: String,
    pub from: Option<Mailbox>,
    /// Who handed the mail in where it wasn't the author (RFC 5322 §3.6.2).
    pub sender: Option<Mailbox>,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub reply_to: Vec<Mailbox>,
    pub date: Option<MailDate>,
    /// Ids stand without angle brackets.
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    /// The whole body as text, lines ended by LF; the HTML converted where there is no text part.
    pub text: String,
    /// `text` cut by origin; the texts joined are exactly `text`.
    pub segments: Vec<Segment>,
    /// The `New` segments, trimmed; the whole text where the mail holds nothing but quotes (R14).
    pub visible: String,
    /// All that `visible` leaves out, trimmed.
    pub elided: String,
    /// Cleaned HTML, safe to show; none where the mail has none.
    pub html: Option<String>,
    /// Images on foreign servers that were taken out of `html` (R32).
    pub blocked_remote_images: usize,
    pub bounce: Option<Bounce>,
    pub complaint: Option<Complaint>,
    pub attachments: Vec<Attachment>,
    pub automation: Automation,
    pub route: Route,
    /// Why the mail is of this `kind`.
    pub reasons: Vec<String>,
    /// What was repaired, capped or dropped.
    pub warnings: Vec<String>,
}

/// What sort of mail it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// Written by a person or by a program in a person's place.
    #[default]
    Message,
    /// An absence notice, a receipt, a list's or robot's mail (RFC 3834).
    AutoReply,
    /// A report on delivery: failed, delayed or done (RFC 3464).
    Bounce,
    /// A feedback report (RFC 5965).
    Complaint,
    /// Over a limit, or not a mail at all; `reasons` names the cause.
    Unparsable,
}

/// An address with the name that stands beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mailbox {
    pub name: Option<String>,
    /// As written, not validated; may be empty.
    pub address: String,
}

/// A file of the mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Without path, control characters and direction marks; made up from the type where the mail has none.
    pub name: String,
    /// As the mail says, in lower case; not checked against the bytes.
    pub content_type: String,
    /// Shown in the body rather than beside it.
    pub inline: bool,
    /// Without angle brackets; what `cid:` in the HTML points to.
    pub content_id: Option<String>,
    /// A signature's logo, a tracking pixel, an image that only quoted text shows: hidden by default (R29).
    pub inline_noise: bool,
    /// Part of the mail itself where it travels unencoded.
    pub bytes: Bytes,
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachment")
            .field("name", &self.name)
            .field("content_type", &self.content_type)
            .field("inline", &self.inline)
            .field("content_id", &self.content_id)
            .field("inline_noise", &self.inline_noise)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// What a delivery report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounce {
    /// Empty where the report names nobody.
    pub recipients: Vec<BouncedRecipient>,
    /// Message-ID of the mail reported on, without angle brackets.
    pub original_message_id: Option<String>,
}

/// What a feedback report says (RFC 5965). Who complained is often blacked out, so the mail alone tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaint {
    /// Message-ID of the mail complained of, without angle brackets.
    pub original_message_id: Option<String>,
}

/// The fate of one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BouncedRecipient {
    /// Who wasn't reached at last.
    pub address: String,
    /// The address that the mail was sent to, where forwarding led from it to `address`: look for this one first.
    pub original_address: Option<String>,
    /// Enhanced status code (RFC 3463), like `5.1.1`.
    pub status: Option<String>,
    pub class: BounceClass,
    /// What the server said, on one line.
    pub diagnostic: Option<String>,
}

/// What a delivery report means for further mail to the recipient (R4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BounceClass {
    /// The address doesn't exist or never takes mail.
    Hard,
    /// Refused now; a later mail may pass.
    Soft,
    /// Still being tried.
    Delayed,
    /// Delivered, relayed or expanded.
    Delivered,
}

/// Signs that a program wrote the mail, whatever its kind (R1). One of them is enough never to answer automatically.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a sign of its own; they exclude nothing")]
pub struct Automation {
    /// Auto-Submitted (RFC 3834) other than `no`, in lower case.
    pub auto_submitted: Option<String>,
    /// Precedence, in lower case.
    pub precedence: Option<String>,
    /// X-Auto-Response-Suppress: the sender wants no automatic answer.
    pub suppresses_auto_responses: bool,
    /// X-Autoreply, X-Autorespond and their like.
    pub auto_reply_header: bool,
    /// List-Id or List-Unsubscribe: sent to many.
    pub is_list: bool,
    /// Return-Path is there and empty (RFC 5321 §4.5.5).
    pub empty_return_path: bool,
}

impl Automation {
    /// `true` when no automatic mail may answer this one.
    pub fn forbids_automatic_answer(&self) -> bool {
        self.auto_submitted.is_some()
            || self.precedence.is_some()
            || self.suppresses_auto_responses
            || self.auto_reply_header
            || self.is_list
            || self.empty_return_path
    }

    /// Sent to many rather than in answer to somebody, as lists and newsletters are. Its kind may be
    /// [`MailKind::AutoReply`] all the same, by its precedence.
    pub fn is_mass_mail(&self) -> bool {
        let is_bulk = self.precedence.as_deref().is_some_and(|it| it == "bulk" || it == "list");
        (is_bulk || self.is_list) && self.auto_submitted.is_none() && !self.auto_reply_header
    }
}

/// What the headers say about the mail's way here. Only what the own hop wrote may be believed (S4, S27).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Envelope-like recipients: Delivered-To, then X-Original-To, X-Envelope-To, Envelope-To.
    pub delivered_to: Vec<String>,
    /// Resent-To and Resent-Cc.
    pub resent_to: Vec<Mailbox>,
    /// Received fields, topmost (newest) first, unfolded and as written.
    pub received: Vec<String>,
    /// Authentication-Results fields, topmost first, unfolded.
    pub authentication_results: Vec<String>,
    /// Return-Path without angle brackets; empty for the null sender.
    pub return_path: Option<String>,
    /// Values of [`LOOP_HEADER`], topmost first.
    pub hops: Vec<String>,
}

/// Field that every mail of a Liaison server carries: `<installation id>; hops=<n>` (R3).
pub const LOOP_HEADER: &str = "X-Liaison-Loop";
