//! LMTP (RFC 2033) without sockets: what a mail server says, and what it hears.
//!
//! Start with [`session::Session`]: bytes in, replies and questions out. `command` reads a line, `data` finds the end of
//! a message, `xforward` reads whom the mail server had the mail from. Never knows where a mail goes.

mod command;
mod data;
pub mod session;
mod xforward;

use std::{net::IpAddr, time::Duration};

use bytes::Bytes;
use liaison_domain::inbound::verdict::MAX_MAIL_BYTES;

/// Whether a mailbox is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecipientVerdict {
    Known,
    Unknown,
    /// It could not be found out.
    TryLater,
}

/// What became of a mail for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Raw bytes and envelope survive a loss of power, now or since an earlier delivery of the same mail.
    Stored,
    TryLater,
    /// Never to be sent again; the text is ASCII on one line and begins with its enhanced code: `5.2.1 mailbox disabled`.
    Refused(&'static str),
}

/// A mail as the peer handed it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMail {
    /// The address of MAIL, empty for `<>`.
    pub envelope_sender: String,
    /// The known addresses of RCPT in their order, at least one; the same may come twice.
    pub recipients: Vec<String>,
    pub peer: Peer,
    /// The host that handed it over; none over a unix socket.
    pub hop: Option<IpAddr>,
    /// The message without dot-stuffing. Every line ends in CRLF and there is no other CR or LF; any other byte may be
    /// in it, NUL too.
    pub raw: Bytes,
}

/// The client that our mail server had the mail from, as told with XFORWARD. What was not told, or is not known to the
/// mail server itself, is `None`; nothing of it outlives the mail it was told for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    pub address: Option<IpAddr>,
    /// The name that the address has in the DNS.
    pub name: Option<String>,
    /// What the client called itself.
    pub helo: Option<String>,
    /// `SMTP` or `ESMTP`.
    pub protocol: Option<String>,
}

/// What a session may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Sessions at a time. Further connections wait until one ends.
    pub max_sessions: usize,
    /// Longest message in bytes, without dot-stuffing. A session holds at most one message in memory.
    pub max_message_bytes: usize,
    /// Recipients of one mail (RFC 5321 §4.5.3.1.8 wants at least 100).
    pub max_recipients: usize,
    /// How long a session waits for the peer between commands (RFC 5321 §4.5.3.2.7).
    pub command_timeout: Duration,
    /// How long a session waits for more of a message.
    pub data_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_sessions: 64,
            max_message_bytes: MAX_MAIL_BYTES,
            max_recipients: 1_000,
            command_timeout: Duration::from_mins(5),
            data_timeout: Duration::from_mins(10),
        }
    }
}
