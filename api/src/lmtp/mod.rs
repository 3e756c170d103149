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
//! This module never knows HTTP, the database or what a mail means. Start with [`serve`]; the protocol itself is
//! [`liaison_mailer::lmtp`]'s.

mod listener;
mod server;

pub use liaison_mailer::lmtp::{Limits, Outcome, Peer, ReceivedMail, RecipientVerdict};

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
