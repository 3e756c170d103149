//! What one account says to another: versioned JSON, so that the two may run on different nodes and different releases.
//!
//! An operation belongs to a stream: a link between two people, or a task and its copy. Each account counts what it says in
//! a stream from 1; the other applies it in that order, once. Ids in here are the sender's own, except where a person or
//! comment is [`WirePerson::Yours`] or a comment's wire id, which both sides keep.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::register::Stamp;
use crate::Timestamp;

/// The version that this release speaks; a greater one is parked until the receiver is new enough.
pub const VERSION: u32 = 1;
/// Most people in one operation.
pub const MAX_PEOPLE: usize = 1_000;
/// Largest text or HTML in bytes that is taken.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;
/// Most accounts that a comment passes through.
pub const MAX_PATH: usize = 16;

/// An operation with the version of its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    pub v: u32,
    #[serde(flatten)]
    pub operation: Operation,
}

/// What one account tells another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Operation {
    /// In a link's stream, first: somebody of ours is somebody of yours; may we send to him?
    LinkRequested(LinkRequested),
    /// The answer, and later another one.
    LinkAnswered {
        accepted: bool,
    },
    /// The asker has ended the link.
    LinkEnded {},
    /// In a stream of its own: a mail of yours to somebody came to one of ours, who would rather be linked (LINKT-2).
    LinkOffered(LinkOffered),
    /// In a mirror's stream, first: a task with all that its first addressee sees (LINKM-1).
    TaskOpened(Box<TaskOpened>),
    TaskChanged(TaskChanged),
    CommentAdded(Box<CommentAdded>),
    /// By its author, who is the sender's.
    CommentEdited(CommentEdited),
    /// By its author, who is the sender's (LINKM-10).
    CommentDeleted {
        comment: Uuid,
    },
    /// The answer to a task that nobody has agreed to: there is no copy.
    TaskDeclined {},
    /// Nothing crosses from now on (LINKD-2).
    MirrorCut {
        stamp: Stamp,
    },
    /// Somebody was addressed anew: the same mirror goes on (LINKD-4).
    MirrorResumed {
        stamp: Stamp,
        people: Vec<MemberChange>,
    },
}

impl Operation {
    /// The name by which it is shown.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LinkRequested(_) => "link_requested",
            Self::LinkAnswered { .. } => "link_answered",
            Self::LinkEnded {} => "link_ended",
            Self::LinkOffered(_) => "link_offered",
            Self::TaskOpened(_) => "task_opened",
            Self::TaskChanged(_) => "task_changed",
            Self::CommentAdded(_) => "comment_added",
            Self::CommentEdited(_) => "comment_edited",
            Self::CommentDeleted { .. } => "comment_deleted",
            Self::TaskDeclined {} => "task_declined",
            Self::MirrorCut { .. } => "mirror_cut",
            Self::MirrorResumed { .. } => "mirror_resumed",
        }
    }

    /// The operation in the form of this release.
    pub const fn sealed(self) -> Envelope {
        Envelope { v: VERSION, operation: self }
    }
}

/// A person, as the one account names him to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum WirePerson {
    /// Of the sender's account, by his id there.
    Ours {
        id: Uuid,
        name: String,
        /// Of an employee.
        login: Option<String>,
    },
    /// Of the receiver's account, by his id there.
    Yours { id: Uuid },
}

/// Asks for leave to send to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRequested {
    /// The receiver's employee.
    pub to: Uuid,
    /// Who he is in the sender's account.
    pub person: Uuid,
    /// He is employed in the sender's account too and has chosen the receiver's as his primary one. The receiver looks
    /// whether that is true.
    pub is_primary: bool,
}

/// Asks to be asked: who it is that a mail of the receiver's is forwarded to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkOffered {
    /// The sender's employee.
    pub employee: Uuid,
    pub login: String,
    /// The mail's, without angle brackets.
    pub message_id: String,
    /// What its text carries, by which the receiver knows to whom it was written.
    pub marker: String,
}

/// A task as it stands when it crosses first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskOpened {
    pub author: WirePerson,
    pub fields: Vec<FieldChange>,
    pub people: Vec<MemberChange>,
    /// The project's name (LINKM-5).
    pub project: Option<String>,
    /// The parent's mirror with the same account (LINKM-4).
    pub parent: Option<Uuid>,
    /// The mirrors of tasks below it that crossed before.
    pub children: Vec<Uuid>,
    pub files: Vec<WireFile>,
    /// What its addressee sees, oldest first.
    pub history: Vec<WireComment>,
    /// The mails between him and the sender's account about it: the receiver may have a task that began with one.
    #[serde(default)]
    pub mails: Vec<WireMail>,
}

/// A mail, and what it is in the sender's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireMail {
    /// Without angle brackets.
    pub message_id: String,
    /// A comment of the history; none where it is the task itself.
    pub comment: Option<Uuid>,
}

/// Fields and people that have changed (LINKM-3, LINKM-8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskChanged {
    pub fields: Vec<FieldChange>,
    pub people: Vec<MemberChange>,
}

/// A field's new value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    #[serde(flatten)]
    pub field: Field,
    pub stamp: Stamp,
}

impl FieldChange {
    /// Whether it is about a step of the checklist, which does not cross to everybody.
    pub const fn is_of_checklist(&self) -> bool {
        matches!(self.field, Field::ChecklistItem(_))
    }
}

/// A field that crosses. Whatever is not here stays at home (LINKM-9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
pub enum Field {
    Title(String),
    Description(WireText),
    /// A standard status by its name; `draft` never crosses.
    Status(String),
    StartAt(Option<Timestamp>),
    Deadline(Option<Timestamp>),
    Assigner(WirePerson),
    /// A step of the checklist (LINKM-7).
    ChecklistItem(WireChecklistItem),
}

impl Field {
    /// The register that it is kept in.
    pub fn register(&self) -> Cow<'static, str> {
        let name = match self {
            Self::Title(_) => "title",
            Self::Description(_) => "description",
            Self::Status(_) => "status",
            Self::StartAt(_) => "start_at",
            Self::Deadline(_) => "deadline",
            Self::Assigner(_) => "assigner",
            Self::ChecklistItem(item) => return format!("checklist:{}", item.id).into(),
        };
        name.into()
    }
}

/// A step of the checklist, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireChecklistItem {
    /// What every account calls it.
    pub id: Uuid,
    /// None where it was deleted.
    pub step: Option<WireStep>,
}

/// What a step says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireStep {
    pub position: i64,
    pub text: String,
    pub done_at: Option<Timestamp>,
}

/// Somebody has joined or left a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberChange {
    pub person: WirePerson,
    pub role: WireRole,
    pub is_present: bool,
    pub stamp: Stamp,
}

/// The roles that cross beside the assigner; auditors don't (LINKM-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireRole {
    Assignee,
    Participant,
}

/// A text in both forms. The receiver cleans the HTML again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireText {
    pub html: String,
    pub text: String,
}

/// A comment that is new to the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentAdded {
    pub comment: WireComment,
    /// It was there before somebody else joined who sees it: nobody is told of it.
    pub is_history: bool,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireComment {
    /// What both accounts call it.
    pub id: Uuid,
    pub author: WirePerson,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub body: WireText,
    pub visible: String,
    pub elided: String,
    pub is_hidden: bool,
    /// A comment that has crossed.
    pub reply_to: Option<Uuid>,
    pub audience: Vec<WirePerson>,
    pub files: Vec<WireFile>,
    /// The accounts that it comes through, its author's first, the sender's last.
    pub path: Vec<Uuid>,
}

/// A comment's new text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentEdited {
    pub comment: Uuid,
    pub body: WireText,
}

/// A file by reference: the content is what both call by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireFile {
    pub name: String,
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    pub content_id: Option<String>,
}
