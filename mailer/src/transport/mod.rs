//! Hands a composed message over: to an SMTP server, a folder, or memory.
//!
//! A transport takes an [`Envelope`] and finished bytes; it never looks at what the message says, never retries on its
//! own (but for a stale pooled connection) and knows no queue. What became of the message is the answer:
//! [`Accepted`] or a [`SendError`] whose kind tells the queue what to do. Start with [`MailTransport`];
//! [`TransportUrl`] turns the configured `mail.transport` into one.

mod address_rule;
mod directory;
mod encrypt;
mod error;
mod memory;
mod reach;
mod smtp;
mod url;

use std::{fmt, future::Future, pin::Pin};

use liaison_domain::mail_address::EmailAddress;

pub use self::{
    address_rule::AddressRule,
    directory::DirectoryTransport,
    error::{FailureClass, RefusedRecipient, Reply, SendError},
    memory::{MemoryTransport, Misbehavior, SentMail},
    smtp::{Credentials, Security, SmtpServer, SmtpTransport, TimeLimits},
    url::{TransportUrl, TransportUrlError},
};
pub(crate) use self::{
    encrypt::encrypt,
    reach::{class_of_io, connect, resolve},
};

/// The future of [`MailTransport::send`]; boxed, so that a transport can be kept as `Arc<dyn MailTransport>`.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Accepted, SendError>> + Send + 'a>>;

/// The future of [`MailTransport::check`].
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>>;

/// Something that takes mail.
pub trait MailTransport: fmt::Debug + Send + Sync {
    /// Hands one message to everybody in the envelope.
    ///
    /// `message` is RFC 5322 in 7-bit with CRLF line ends, as [`crate::compose`] makes it. Dropping the future
    /// gives up; whether the message left is then unknown.
    fn send<'a>(&'a self, envelope: &'a Envelope, message: &'a [u8]) -> Sending<'a>;

    /// Asks whether mail from this sender would be taken; sends none.
    fn check<'a>(&'a self, _sender: &'a EmailAddress) -> Checking<'a> {
        Box::pin(async { Ok(()) })
    }
}

/// Who a message is from and for, as servers see it (RFC 5321 §2.3.1); the headers may say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Where bounces go; `None` is the empty sender `<>`, so that nothing ever bounces back.
    pub sender: Option<EmailAddress>,
    /// At least one.
    pub recipients: Vec<EmailAddress>,
}

/// The receiving side answered for the message: from here on it must never be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What the server said, on one line, as the ledger shows it (`250 2.0.0 Ok: queued as 4F2A`).
    pub reply: String,
    /// Recipients the server refused while it took the message for the others.
    pub refused: Vec<RefusedRecipient>,
}
