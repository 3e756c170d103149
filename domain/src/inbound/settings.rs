//! What an account decides about the mail that comes in (digest IN-1 … IN-8, DET).

use crate::named::named;

named! {
    /// What an answer to a task that is not active any more becomes (IN-2, INA).
    pub enum ReplyToInactive {
        Comment = "comment",
        /// A new task that names the old one.
        NewTask = "new_task",
    }
}

/// The settings of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
pub struct IncomingSettings {
    /// Mail of unknown senders makes neither comments nor tasks nor contacts (IN-1).
    pub known_senders_only: bool,
    pub reply_to_inactive: ReplyToInactive,
    /// `Re:` or `Fwd:` and a task's title, from somebody who takes part in it (DET-2).
    pub match_subject_and_sender: bool,
    /// Whatever a contact writes belongs to his latest task (DET-3).
    pub match_sender_only: bool,
    /// Contacts are told of comments that came by mail (IN-5, NOC).
    pub mailed_comments_notify_contacts: bool,
    /// Who stands in To of a mail that was sent on to us takes part (IN-6).
    pub add_original_recipients: bool,
    /// Mail of MAILER-DAEMON and postmaster is taken like any other (IN-7).
    pub accept_robots: bool,
    /// A ticket's mark in the subject leads to the task with the same mark in its title (IN-8, TKT-1).
    pub match_ticket_marks: bool,
    /// The author is whom Reply-To names, never somebody with a login (R18).
    pub author_from_reply_to: bool,
    /// Counts the changes.
    pub version: i64,
}

impl Default for IncomingSettings {
    fn default() -> Self {
        Self {
            known_senders_only: false,
            reply_to_inactive: ReplyToInactive::Comment,
            match_subject_and_sender: true,
            match_sender_only: false,
            mailed_comments_notify_contacts: true,
            add_original_recipients: false,
            accept_robots: false,
            match_ticket_marks: false,
            author_from_reply_to: false,
            version: 0,
        }
    }
}
