//! Use cases: load → decide → write. Knows no HTTP; a caller's rights come in as a proof type ([`caller`]).
//!
//! A service takes the transaction it works in and never begins or commits one, so that whatever must happen together
//! does. Every `if` of the business is in the `domain` crate.

pub mod access;
mod access_token;
pub mod account;
pub mod audit;
pub mod caller;
pub mod checklist;
pub mod collision;
pub mod comment;
pub mod comment_copy;
pub mod confirm_sender;
pub mod contact;
pub mod contact_mail_settings;
pub mod correspondence;
mod departure;
pub mod deputy;
pub mod dkim_key;
pub mod employee;
pub mod external_access;
pub mod fan_out;
pub mod file;
pub mod file_link;
pub mod held_comment;
pub mod incoming;
pub mod incoming_settings;
pub mod intake;
pub mod letter;
pub mod link;
pub mod mail_health;
pub mod mail_sender;
pub mod mail_template;
pub mod mailbox;
mod mention;
pub mod notification;
pub mod notification_settings;
pub mod opening;
pub mod outgoing_mail;
pub mod password;
pub mod password_link;
pub mod people;
pub mod portal;
pub mod project;
pub mod relocation;
pub mod reply;
pub mod rich_text;
pub mod session;
pub mod signature;
mod status_news;
pub mod suppression;
pub mod task;
pub mod task_status;
pub mod task_template;
pub mod trouble;
pub mod unsubscription;
pub mod user;
pub mod virtual_address;

use liaison_domain::refusal::{Code, Refusal};
use liaison_persistence::error::StorageError;
use thiserror::Error;

/// Why a use case did not happen.
#[derive(Debug, Error)]
pub enum Failure {
    /// A rule said no; the caller is told.
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A bug or a broken machine; the caller is told nothing but that.
    #[error("{0}")]
    Internal(&'static str, #[source] Option<Box<dyn std::error::Error + Send + Sync>>),
}

impl Failure {
    pub fn internal(what: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(what, Some(cause.into()))
    }

    /// The failure with all its causes, for the log and for the operator's eyes only.
    pub fn chain(&self) -> String {
        let mut chain = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            source = cause.source();
        }
        chain
    }
}

/// Somebody changed it between the caller's reading and writing.
pub fn stale() -> Refusal {
    Refusal::new(Code::StaleVersion, "It was changed meanwhile; read it again.")
}
