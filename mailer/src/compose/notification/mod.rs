//! The mails that a task sends to contacts and employees: what they say, what stands around it, and the finished bytes.
//!
//! [`compose`] is the whole of it; [`render`] stops before headers and files, for previews.

pub mod builtin;
pub(super) mod frame;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use liaison_domain::language::Language;
use thiserror::Error;

use self::frame::framed;
use super::{
    attachment::{Attachment, InlineImage},
    facts::{Facts, File, Person, RichText, When},
    message::{Automatic, AutomaticCause, Hop, Mailbox, Message, MessageError, TextPart},
    message_id::MessageId,
    template::{self, RenderError, Rendered, Template},
};

/// What a mail is about: the six types of notices to contacts (TPL-1), and what employees alone are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The contact became an assignee.
    NewTask,
    /// The contact is notified of a comment.
    NewComment,
    /// His mail became a task.
    TaskFromMail,
    /// An assignee took on a task that he set.
    TaskAccepted,
    /// A task that he set has a new status.
    StatusChanged,
    /// Somebody wants him reminded.
    Reminder,
    /// He asked for a way into the portal.
    PortalLink,
    /// A comment names the employee (COM-4).
    Mention,
    /// The employee became a participant.
    AddedAsParticipant,
    /// The employee became an auditor.
    AddedAsAuditor,
}

impl Kind {
    pub const ALL: [Self; 10] = [
        Self::NewTask,
        Self::NewComment,
        Self::TaskFromMail,
        Self::TaskAccepted,
        Self::StatusChanged,
        Self::Reminder,
        Self::PortalLink,
        Self::Mention,
        Self::AddedAsParticipant,
        Self::AddedAsAuditor,
    ];

    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewTask => "new_task",
            Self::NewComment => "new_comment",
            Self::TaskFromMail => "task_from_mail",
            Self::TaskAccepted => "task_accepted",
            Self::StatusChanged => "status_changed",
            Self::Reminder => "reminder",
            Self::PortalLink => "portal_link",
            Self::Mention => "mention",
            Self::AddedAsParticipant => "added_as_participant",
            Self::AddedAsAuditor => "added_as_auditor",
        }
    }

    /// Whether no person wrote the mail to a contact, and why it leaves then (RFC 3834). Tasks and comments are written by
    /// people: they carry no mark and no way to unsubscribe (R37).
    const fn automatic_cause(self) -> Option<AutomaticCause> {
        match self {
            Self::NewTask | Self::NewComment => None,
            Self::TaskFromMail | Self::PortalLink => Some(AutomaticCause::Replied),
            Self::TaskAccepted
            | Self::StatusChanged
            | Self::Reminder
            | Self::Mention
            | Self::AddedAsParticipant
            | Self::AddedAsAuditor => Some(AutomaticCause::Generated),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One mail, as far as it is decided before it is written.
#[derive(Clone, Debug)]
pub struct Notification {
    pub kind: Kind,
    /// An employee is told, as he chose: nobody wrote it to him.
    pub is_for_staff: bool,
    /// The contact's language; the account's stands in, then English (TPL-5).
    pub recipient_language: Option<Language>,
    pub account_language: Language,
    /// The versions of the template chosen for this type; empty for the built-in one.
    pub templates: Arc<[Template]>,
    pub facts: Facts,
    pub frame: Frame,
    pub addressing: Addressing,
    pub attachments: Vec<Attachment>,
    pub inline_images: Vec<InlineImage>,
    /// Whether the mail has a text/plain part (PLT-1).
    pub has_text_part: bool,
}

impl Notification {
    /// Why the mail leaves, where no person wrote it (RFC 3834).
    const fn automatic_cause(&self) -> Option<AutomaticCause> {
        if self.is_for_staff { Some(AutomaticCause::Generated) } else { self.kind.automatic_cause() }
    }
}

/// What stands around the text. Everything is optional; by default there is nothing.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The line on top that asks to answer above it.
    pub reply_marker: bool,
    /// A signed text that finds the task when everything else is lost (R16), written last and small.
    pub body_marker: Option<String>,
    /// Files that did not fit, with their links (R35). Those without a link are named only.
    pub linked_files: Vec<File>,
    pub portal_url: Option<String>,
    /// Sanitized on the way out.
    pub signature_html: Option<String>,
    /// Earlier messages, newest first; only those the recipient wrote or was addressed in (R24, HIS-2).
    pub history: Vec<HistoryEntry>,
    /// A 1×1 image that tells that the mail was opened.
    pub pixel_url: Option<String>,
    /// Where automatic mail is ended; written and announced on automatic mail only (R37).
    pub unsubscribe_url: Option<String>,
}

/// One earlier message.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    pub author: Person,
    pub date: When,
    pub body: RichText,
}

/// Who it is from and for, and where it stands in its thread.
#[derive(Clone, Debug)]
pub struct Addressing {
    pub from: Mailbox,
    pub sender: Option<Mailbox>,
    pub to: Vec<Mailbox>,
    pub reply_to: Option<Mailbox>,
    pub message_id: MessageId,
    pub in_reply_to: Option<MessageId>,
    /// Oldest first.
    pub references: Vec<MessageId>,
    pub hop: Option<Hop>,
}

/// A mail ready to be sent.
#[derive(Clone, Debug)]
pub struct Composed {
    pub bytes: Vec<u8>,
    pub subject: String,
    pub html: String,
    pub text: String,
    pub warnings: Vec<Warning>,
}

/// What went otherwise than asked for, for the comment's `warnings` (R12).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Warning {
    /// The account's template gave nothing for these facts; the built-in one was used, so that the mail leaves.
    #[error("the template could not be used: {0}")]
    TemplateFailed(RenderError),
}

/// Why there is no mail.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ComposeError {
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The built-in texts give more than a mail may have: a comment or history beyond every limit.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// Writes the mail. Equal notifications give equal bytes.
pub fn compose(notification: &Notification) -> Result<Composed, ComposeError> {
    let (Rendered { subject, html, text }, warnings) = render(notification)?;
    let Addressing { from, sender, to, reply_to, message_id, in_reply_to, references, hop } =
        notification.addressing.clone();
    let automatic = notification
        .automatic_cause()
        .map(|cause| Automatic { cause, unsubscribe_url: notification.frame.unsubscribe_url.clone() });
    let message = Message {
        from,
        sender,
        to,
        reply_to,
        subject: subject.clone(),
        message_id,
        in_reply_to,
        references,
        date: notification.facts.system.now.to_utc(),
        html: html.clone(),
        text: if notification.has_text_part { TextPart::Given(text.clone()) } else { TextPart::None },
        automatic,
        hop,
        attachments: notification.attachments.clone(),
        inline_images: notification.inline_images.clone(),
    };
    Ok(Composed { bytes: message.to_bytes()?, subject, html, text, warnings })
}

/// The subject and the whole body, as the mail would have them.
pub fn render(notification: &Notification) -> Result<(Rendered, Vec<Warning>), ComposeError> {
    let mut warnings = Vec::new();
    let Notification { recipient_language, account_language, facts, .. } = notification;
    let own =
        template::choose(&notification.templates, Template::language, *recipient_language, *account_language);
    let rendered = own.map(|template| (template.render(facts), template.language()));
    let (content, language) = match rendered {
        Some((Ok(content), language)) => (content, language),
        other => {
            warnings.extend(other.and_then(|(failed, _)| failed.err()).map(Warning::TemplateFailed));
            let language = recipient_language.unwrap_or(*account_language);
            (builtin::template(notification.kind, language)?.render(facts)?, language)
        }
    };
    Ok((framed(notification, content, language)?, warnings))
}
