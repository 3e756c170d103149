//! The LMTP listener (RFC 2033): what Postfix hands mail to.
//!
//! A mail server accepts mail from the world, queues it and hands each mail here, one reply a recipient. `250` is said
//! only after [`Intake`] has stored raw bytes and envelope, so whatever is lost on the way is sent again by its queue.
//! Nothing is authenticated or encrypted: the listener belongs on a loopback address, a private network or a unix socket,
//! and believes its peer's XFORWARD.
//!
//! Offered: PIPELINING (RFC 2920), SIZE (RFC 1870), 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), ENHANCEDSTATUSCODES
//! (RFC 2034) and XFORWARD, Postfix's way of naming the client it got the mail from. Not offered: CHUNKING, DSN, AUTH,
//! STARTTLS.
//!
//! | situation | answer |
//! |---|---|
//! | unknown mailbox | 550 5.1.1 at RCPT |
//! | look-up or storage fails, or shutdown | 451 4.3.0, 421 4.3.2: the peer keeps the mail and tries again |
//! | message over the limit | 552 5.3.4 at MAIL by its SIZE, else after the data, which is read and not kept |
//! | bare CR or LF in the data | 550 5.6.0 for each recipient (SMTP smuggling, S14) |
//! | data sent before 354 | 554 5.5.0 and the end of the session (S14) |
//! | more recipients than the limit | 452 4.5.3 at RCPT: the peer sends the rest in another transaction |
//!
//! This module never knows HTTP, the database or what a mail means. Start with [`serve`]; `session` is the protocol
//! without sockets, `data` finds the end of a message.

mod command;
mod data;
mod listener;
mod server;
mod session;
mod xforward;

use std::{net::IpAddr, time::Duration};

use bytes::Bytes;
use liaison_domain::inbound::verdict::MAX_MAIL_BYTES;

pub use listener::{Listen, ListenError, Listener};
pub use server::serve;

/// Where received mail goes: the listener's only knowledge of the rest.
pub trait Intake: Send + Sync + 'static {
    /// Says whether mail to `address` is taken. Asked once for each RCPT; the address is as the peer wrote it, without
    /// the angle brackets, and may be anything of at most 256 bytes with one `@`.
    fn recipient(&self, address: &str) -> impl Future<Output = RecipientVerdict> + Send;

    /// Stores a mail durably and says for each recipient, in order, what became of it. A recipient without an outcome
    /// is told to try later.
    fn accept(&self, mail: ReceivedMail) -> impl Future<Output = Vec<Outcome>> + Send;
}

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
