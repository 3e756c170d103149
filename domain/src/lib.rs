//! What Liaison decides: who is addressed, who may see, where a mail belongs, what leaves.
//!
//! Pure values and functions. This crate never does I/O and knows no clock, randomness, database,
//! HTTP or mail library: facts come in as arguments, decisions go out as values, and `service` in
//! the `api` crate loads the one and writes the other. Start with [`fan_out`] for what leaves when a
//! comment is written, [`inbound`] for what a mail becomes, [`link`] for what crosses to another account,
//! [`visibility`] for who sees what.

pub mod account;
pub mod all_recipients;
pub mod audit;
pub mod automatic;
pub mod change;
pub mod checklist;
pub mod comment;
pub mod contact;
pub mod contact_mail;
pub mod dkim;
pub mod external_access;
pub mod fan_out;
pub mod file;
pub mod id;
pub mod inbound;
pub mod job;
pub mod language;
pub mod link;
pub mod mail_address;
pub mod mail_health;
pub mod mailbox;
pub mod mention;
pub mod notification;
pub mod opening;
pub mod outgoing;
pub mod pace;
pub mod person;
pub mod project;
pub mod refusal;
pub mod reply;
pub mod signature;
pub mod suppression;
pub mod task;
pub mod text;
pub mod virtual_address;
pub mod visibility;

mod named;

pub use named::UnknownName;

/// A moment in UTC, whole microseconds: what both engines keep without loss.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
