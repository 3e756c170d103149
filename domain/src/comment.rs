//! Comments: the entries of a task's conversation, and when they leave.

use chrono::TimeDelta;

use crate::{
    Timestamp,
    id::{CommentId, IncomingMailId, MailboxId, PersonId, TaskId},
    named::named,
};

named! {
    /// Whether people talk or the system tells.
    pub enum CommentKind {
        Message = "message",
        /// Status, people and dates changed (COM-10); never leaves to contacts (CLI-4).
        System = "system",
    }
}

named! {
    /// By which way a comment came.
    pub enum Origin {
        Api = "api",
        Email = "email",
        Portal = "portal",
        Link = "link",
        System = "system",
    }
}

/// A comment without its people and files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub task_id: TaskId,
    pub author_id: PersonId,
    pub kind: CommentKind,
    pub origin: Origin,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    /// When it is to leave; none once it has (COM-8). Until then it is held: `created_at` is when it was written, and is
    /// set anew when it leaves.
    pub send_at: Option<Timestamp>,
    /// Sanitized HTML.
    pub html: String,
    /// The whole text.
    pub text: String,
    /// What the author wrote now; equals `text` where no mail brought the comment.
    pub visible: String,
    /// What a mail quoted or was signed with.
    pub elided: String,
    /// The subject of the mail that brought it (CBM-2).
    pub subject: Option<String>,
    /// Seen by its audience, its author and administrators only (COM-5).
    pub hidden: bool,
    pub reply_to: Option<CommentId>,
    /// The external mailbox that its author chose for its mails (OUT-6).
    pub mailbox_id: Option<MailboxId>,
    pub incoming_mail_id: Option<IncomingMailId>,
    /// Came by mail from an address that nobody in the task has (R17).
    pub unrecognized_sender: bool,
    /// Came by mail, and the domain of its From said that it was not its own.
    pub sender_disowned: bool,
    pub version: i64,
}

impl Comment {
    /// Whether it has not left yet: its author may change everything about it and take it back.
    pub const fn is_held(&self) -> bool {
        self.send_at.is_some()
    }
}

/// Longest time that an account may hold what its employees address to contacts.
pub const MAX_SEND_DELAY_SECONDS: i64 = 300;

/// Decides until when a comment is held; none where it leaves at once. The author's own time goes before the account's
/// delay, which is for comments that leave the house: a note among colleagues needs none.
pub fn decide_departure(
    now: Timestamp,
    asked: Option<Timestamp>,
    delay_seconds: i64,
    leaves_the_house: bool,
) -> Option<Timestamp> {
    let delayed = || (leaves_the_house && delay_seconds > 0).then(|| now + TimeDelta::seconds(delay_seconds));
    asked.or_else(delayed)
}

/// Most persons that one comment may be addressed to.
pub const MAX_AUDIENCE: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: Option<i64>, delay: i64, leaves_the_house: bool, expected: Option<i64>) {
        let at = |seconds| Timestamp::from_timestamp(seconds, 0).unwrap();
        assert_eq!(decide_departure(at(100), asked.map(at), delay, leaves_the_house), expected.map(at));
    }

    /// COM-8, product §3
    #[test]
    fn the_authors_time_goes_before_the_accounts_delay() {
        check(None, 0, true, None);
        check(None, 30, true, Some(130));
        check(None, 30, false, None);
        check(Some(110), 30, true, Some(110));
        check(Some(500), 0, false, Some(500));
    }
}
