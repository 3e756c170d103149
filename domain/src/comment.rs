//! Comments: the entries of a task's conversation.

use crate::{
    Timestamp,
    id::{CommentId, IncomingMailId, PersonId, TaskId},
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
    pub incoming_mail_id: Option<IncomingMailId>,
    /// Came by mail from an address that nobody in the task has (R17).
    pub unrecognized_sender: bool,
    /// Came by mail, and the domain of its From said that it was not its own.
    pub sender_disowned: bool,
    pub version: i64,
}

/// Most persons that one comment may be addressed to.
pub const MAX_AUDIENCE: usize = 200;
