//! Why a message was not taken, in the words a queue and a delivery report need.

use std::fmt;

use liaison_domain::mail_address::EmailAddress;
pub use liaison_domain::mailbox::FailureClass;
use thiserror::Error;

/// A message that was not, or not surely, accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SendError {
    /// Trying again would end the same way (5xx, or a message no server may be given).
    #[error("{class}, for good{}", Said(.reply))]
    Permanent { class: FailureClass, reply: Option<Reply>, recipients: Vec<RefusedRecipient> },
    /// Nothing was accepted; a later attempt may go through (4xx, network).
    #[error("{class}, for now{}", Said(.reply))]
    Transient { class: FailureClass, reply: Option<Reply>, recipients: Vec<RefusedRecipient> },
    /// The whole message was handed over and the answer never came: it may have been accepted (R6).
    #[error("{class}, after the message was handed over")]
    Unknown { class: FailureClass },
}

impl SendError {
    /// A failure without an answer of a server.
    pub(crate) const fn transient(class: FailureClass) -> Self {
        Self::Transient { class, reply: None, recipients: Vec::new() }
    }

    pub(crate) const fn permanent(class: FailureClass) -> Self {
        Self::Permanent { class, reply: None, recipients: Vec::new() }
    }

    /// The kind that the code of a negative reply stands for.
    pub(crate) fn refused(class: FailureClass, reply: Reply, recipients: Vec<RefusedRecipient>) -> Self {
        if reply.is_permanent() {
            Self::Permanent { class, reply: Some(reply), recipients }
        } else {
            Self::Transient { class, reply: Some(reply), recipients }
        }
    }

    /// At which point it failed: all that people outside the server's operators are told of connections (S17).
    pub const fn class(&self) -> FailureClass {
        match self {
            Self::Permanent { class, .. } | Self::Transient { class, .. } | Self::Unknown { class } => *class,
        }
    }

    /// What the server said, where it said something.
    pub const fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Permanent { reply, .. } | Self::Transient { reply, .. } => reply.as_ref(),
            Self::Unknown { .. } => None,
        }
    }

    /// The recipients that were refused one by one; empty where the failure was not about recipients.
    pub fn recipients(&self) -> &[RefusedRecipient] {
        match self {
            Self::Permanent { recipients, .. } | Self::Transient { recipients, .. } => recipients,
            Self::Unknown { .. } => &[],
        }
    }
}

/// A server's negative answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// 400–599 (RFC 5321 §4.2.1).
    pub code: u16,
    /// What follows the code, with the enhanced status code if any; one line of at most 500 characters.
    pub text: String,
}

impl Reply {
    const MAX_CHARS: usize = 500;

    /// `text` may be anything a server sent.
    pub fn new(code: u16, text: &str) -> Self {
        Self { code, text: one_line(text) }
    }

    /// Whether the same again would be refused again.
    pub const fn is_permanent(&self) -> bool {
        self.code >= 500
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() { self.code.fmt(f) } else { write!(f, "{} {}", self.code, self.text) }
    }
}

/// One recipient and why the server does not take mail for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRecipient {
    pub address: EmailAddress,
    pub reply: Reply,
}

/// What a server said, fit for a ledger line.
pub(crate) fn one_line(text: &str) -> String {
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let words = printable.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(Reply::MAX_CHARS).collect()
}

struct Said<'a>(&'a Option<Reply>);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |reply| write!(f, ": {reply}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_kept_on_one_line() {
        let reply = Reply::new(550, "5.1.1 no\r\nsuch\u{0} user\r\nBcc: x@y.example");
        assert_eq!(reply.to_string(), "550 5.1.1 no such user Bcc: x@y.example");
        assert_eq!(Reply::new(421, &"x".repeat(9_000)).text.len(), 500);
    }

    #[test]
    fn the_code_decides_whether_it_is_for_good() {
        let refused = |code| SendError::refused(FailureClass::Message, Reply::new(code, "no"), Vec::new());
        assert_eq!(refused(554).to_string(), "message, for good: 554 no");
        assert_eq!(refused(451).to_string(), "message, for now: 451 no");
    }
}
