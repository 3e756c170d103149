//! What a template may speak of. The caller fills it from the database, already reduced to what the recipient may see.

use chrono::{DateTime, FixedOffset, NaiveDate};
use liaison_domain::task::{Priority, TaskStatus};

/// Everything a template's variables stand for. The names in templates are those of [`super::template::variables`].
#[derive(Clone, Debug)]
pub struct Facts {
    pub system: System,
    /// Who the mail is for.
    pub recipient: Person,
    pub task: Task,
    /// The comment that the mail is about; its variables are empty where there is none.
    pub comment: Option<Comment>,
    /// The contact that the task is about, in most mails the recipient himself.
    pub contact: Person,
}

#[derive(Clone, Debug)]
pub struct System {
    /// The moment of composing, in the recipient's time zone.
    pub now: DateTime<FixedOffset>,
    /// The account's title: whom the recipient deals with.
    pub account: String,
}

/// An employee or a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The name as the account's setting shows it (R25).
    pub name: String,
    /// Only of contacts: an employee's address never leaves (R25).
    pub email: Option<String>,
}

impl Person {
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), email: None }
    }
}

#[derive(Clone, Debug)]
pub struct Task {
    pub number: i64,
    pub title: String,
    pub description: RichText,
    /// Written in the language of the template, as the priority is.
    pub status: TaskStatus,
    /// What the account calls it, where it has a name of its own for it.
    pub custom_status: Option<String>,
    pub priority: Priority,
    pub start: Option<When>,
    pub deadline: Option<When>,
    pub created: When,
    pub assigner: Person,
    pub assignees: Vec<Person>,
    pub participants: Vec<Person>,
    pub auditors: Vec<Person>,
    pub counterparty: Option<Person>,
    pub project: Option<String>,
    pub files: Vec<File>,
}

#[derive(Clone, Debug)]
pub struct Comment {
    pub body: RichText,
    pub author: Person,
    pub date: When,
    pub files: Vec<File>,
}

/// A text in both its forms. The HTML is sanitized once more before it leaves (S10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RichText {
    pub html: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Where it can be fetched, for files that are not in the mail.
    pub url: Option<String>,
}

/// A day, or a moment in the recipient's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Day(NaiveDate),
    Moment(DateTime<FixedOffset>),
}
