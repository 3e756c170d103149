//! The local parts that an account's mail domain knows (ADR-1 … ADR-5).

use std::fmt;

use crate::{
    account::Login,
    mail_address::{EmailAddress, EmailAddressError},
};

/// What the part before the `@` of one of our addresses means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalPart {
    /// `reply+<token>`: an answer to one message to one recipient (URA-1).
    Reply(MailToken),
    /// `bounce+<token>`: the envelope sender of one message to one recipient (VERP).
    Bounce(MailToken),
    /// `task+N` or `task.N`: a comment in the task with that number (CBM-2).
    Task(i64),
    /// `task+`: a comment in the task that the subject names by `#text`, else a new task (CBM-6).
    AnyTask,
    /// `project+N`: a task in the project with that number (TBM-6).
    Project(i64),
    /// Perhaps an employee's login or a virtual address.
    Mailbox(Login),
}

impl LocalPart {
    /// Reads a local part; none where it can't be one of ours.
    pub fn read(local: &str) -> Option<Self> {
        let local = local.to_lowercase();
        if let Some(token) = local.strip_prefix("reply+") {
            return MailToken::parse(token).map(Self::Reply);
        }
        if let Some(token) = local.strip_prefix("bounce+") {
            return MailToken::parse(token).map(Self::Bounce);
        }
        if local == "task+" {
            return Some(Self::AnyTask);
        }
        if let Some(number) = local.strip_prefix("task+").or_else(|| local.strip_prefix("task.")) {
            return read_number(number).map(Self::Task);
        }
        if let Some(number) = local.strip_prefix("project+") {
            return read_number(number).map(Self::Project);
        }
        Login::parse(&local).ok().map(Self::Mailbox)
    }

    /// The address with this local part in an account's mail domain.
    pub fn at(&self, domain: &str) -> Result<EmailAddress, EmailAddressError> {
        let local = match self {
            Self::Reply(token) => format!("reply+{}", token.as_str()),
            Self::Bounce(token) => format!("bounce+{}", token.as_str()),
            Self::Task(number) => format!("task+{number}"),
            Self::AnyTask => "task+".to_owned(),
            Self::Project(number) => format!("project+{number}"),
            Self::Mailbox(login) => login.as_str().to_owned(),
        };
        EmailAddress::parse(&format!("{local}@{domain}"))
    }
}

/// A task's or project's number as people write it.
fn read_number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| *number > 0 && text.starts_with(|c: char| c.is_ascii_digit()))
}

/// The secret part of a reply or bounce address: 160 bits in lower-case Base32 (RFC 4648 §6), because some servers
/// change the case of local parts. Kept as a digest only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MailToken(String);

impl MailToken {
    /// Characters of a token: 160 bits in Base32.
    pub const CHARS: usize = 32;

    pub fn parse(text: &str) -> Option<Self> {
        let alphabet = |c: char| c.is_ascii_lowercase() || ('2'..='7').contains(&c);
        (text.len() == Self::CHARS && text.chars().all(alphabet)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As much of it as may be shown.
    pub fn masked(&self) -> String {
        format!("{}…", self.0.get(..4).unwrap_or_default())
    }
}

/// Tokens carry authority, so they are never printed whole (S9).
impl fmt::Debug for MailToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailToken({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_part_says_where_the_mail_goes() {
        let token = "abcdefghijklmnopqrstuvwxyz234567";
        assert_eq!(
            LocalPart::read(&format!("Reply+{}", token.to_uppercase())),
            Some(LocalPart::Reply(MailToken(token.to_owned())))
        );
        assert_eq!(LocalPart::read("task+12"), Some(LocalPart::Task(12)));
        assert_eq!(LocalPart::read("TASK.12"), Some(LocalPart::Task(12)));
        assert_eq!(LocalPart::read("Task+"), Some(LocalPart::AnyTask));
        assert_eq!(LocalPart::read("project+3"), Some(LocalPart::Project(3)));
        assert_eq!(LocalPart::read("anna"), Some(LocalPart::Mailbox(Login::parse("anna").unwrap())));
        for unknown in
            ["task+0", "task+x", "task++1", "task.", "project+", "project.3", "reply+short", "bounce+", "a b"]
        {
            assert_eq!(LocalPart::read(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn an_address_that_was_written_is_read_back() {
        let token = || MailToken::parse("abcdefghijklmnopqrstuvwxyz234567").unwrap();
        let anna = LocalPart::Mailbox(Login::parse("anna").unwrap());
        let numbered = [LocalPart::Task(12), LocalPart::AnyTask, LocalPart::Project(3)];
        for local in [LocalPart::Reply(token()), LocalPart::Bounce(token()), anna].into_iter().chain(numbered)
        {
            let address = local.at("acme.liaison.test").unwrap();
            assert_eq!(LocalPart::read(address.local_part()), Some(local));
        }
    }

    /// S9: tokens are masked in logs.
    #[test]
    fn a_token_is_not_printed() {
        let token = MailToken::parse("abcdefghijklmnopqrstuvwxyz234567").unwrap();
        assert_eq!(format!("{token:?}"), "MailToken(abcd…)");
    }
}
