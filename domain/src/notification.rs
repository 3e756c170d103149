//! What employees are told in the application.

use crate::{named::named, outgoing::MailKind};

named! {
    /// What a notice in the application is about.
    pub enum NotificationKind {
        /// He was made assignee.
        NewTask = "new_task",
        /// A comment was addressed to him.
        NewComment = "new_comment",
        /// A comment that he had scheduled did not leave: he may not write in its task any more (COM-8).
        NotPublished = "not_published",
        /// What he wrote did not reach a contact: refused for good, or given up.
        MailFailed = "mail_failed",
        /// A contact complained of a mail to him (R37).
        MailUnwanted = "mail_unwanted",
        /// Mail that nobody wrote by hand waits, because much of it leaves to one address: perhaps two robots talk (R1).
        MailHeld = "mail_held",
        /// An external mailbox of his, or of the account that he runs, failed three times in a row (R11).
        MailboxFailing = "mailbox_failing",
        /// Somebody of another account wants to send him tasks, and waits for his consent (LINKA-6).
        LinkRequested = "link_requested",
    }
}

impl From<MailKind> for NotificationKind {
    /// A colleague is told in the application of what a contact is told by mail.
    fn from(kind: MailKind) -> Self {
        match kind {
            MailKind::NewComment => Self::NewComment,
            // The others go to contacts alone.
            _ => Self::NewTask,
        }
    }
}
