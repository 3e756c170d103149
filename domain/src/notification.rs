//! What employees are told in the application.

use crate::{named::named, outgoing::MailKind};

named! {
    /// What a notice in the application is about.
    pub enum NotificationKind {
        /// He was made assignee.
        NewTask = "new_task",
        /// A comment was addressed to him.
        NewComment = "new_comment",
        /// What he wrote did not reach a contact: refused for good, or given up.
        MailFailed = "mail_failed",
    }
}

impl From<MailKind> for NotificationKind {
    /// A colleague is told in the application of what a contact is told by mail.
    fn from(kind: MailKind) -> Self {
        match kind {
            MailKind::NewTask => Self::NewTask,
            MailKind::NewComment => Self::NewComment,
        }
    }
}
