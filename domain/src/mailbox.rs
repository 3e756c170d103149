//! External mailboxes: a company's or an employee's own SMTP and IMAP accounts (OUT-3), and how well they work (R11).

use std::{net::IpAddr, time::Duration};

use thiserror::Error;

use crate::{
    Timestamp,
    id::{MailboxId, ProjectId},
    named::named,
};

named! {
    /// Whose a mailbox is.
    pub enum MailboxOwner {
        /// The account's; administrators set it up.
        Company = "company",
        /// One employee's; nobody else sees it.
        Employee = "employee",
    }
}

named! {
    /// The two ways in which a mailbox is spoken to.
    pub enum Channel {
        /// Sends.
        Smtp = "smtp",
        /// Fetches.
        Imap = "imap",
    }
}

named! {
    /// When a connection to a mailbox's server is encrypted.
    pub enum ConnectionSecurity {
        /// After a command in the clear, with a valid certificate, or not at all.
        StartTls = "starttls",
        /// From the first byte, with a valid certificate (RFC 8314).
        Tls = "tls",
        Never = "none",
    }
}

named! {
    /// How a server is shown who logs in.
    pub enum LoginMethod {
        /// By a password: AUTH PLAIN or LOGIN.
        Password = "password",
        /// By an OAuth 2.0 access token (XOAUTH2).
        Xoauth2 = "xoauth2",
    }
}

/// The name or address of a tenant's server, in ASCII form (RFC 5891). Whether it may be connected to shows when it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName(String);

impl HostName {
    /// Longest name in characters (RFC 1035 §2.3.4).
    pub const MAX_CHARS: usize = 253;

    pub fn parse(text: &str) -> Result<Self, HostNameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(HostNameError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(HostNameError::TooLong);
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.to_string()));
        }
        let name = idna::domain_to_ascii_strict(text).ok().filter(|it| it.len() <= Self::MAX_CHARS);
        name.filter(|it| !it.is_empty()).map(Self).ok_or(HostNameError::Invalid)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text names no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HostNameError {
    #[error("must not be empty")]
    Empty,
    #[error("must have at most 253 characters")]
    TooLong,
    #[error("must be a host name or an IP address")]
    Invalid,
}

named! {
    /// The point at which talking to a mail server failed. Stable, and safe to show: never a server's own words (S17).
    pub enum FailureClass {
        /// The host has no address.
        Dns = "dns",
        /// The host can't be reached.
        Connect = "connect",
        /// The host closed the port to us.
        Refused = "refused",
        /// The host is in a network that mail must not be sent to, or the port is none of mail.
        Forbidden = "forbidden",
        /// No encrypted connection came about, or the certificate is not the host's.
        Tls = "tls",
        /// The user name or password was not taken.
        Auth = "auth",
        /// The host did not answer in time.
        Timeout = "timeout",
        /// The connection broke off.
        Lost = "lost",
        /// The host does not speak the protocol, or not as it should.
        Protocol = "protocol",
        /// The server serves nobody now.
        Greeting = "greeting",
        /// The server refused the envelope sender.
        Sender = "sender",
        /// The server refused every recipient.
        Recipient = "recipient",
        /// The server refused the message itself.
        Message = "message",
        /// The folder can't be opened or written to.
        Storage = "storage",
    }
}

impl FailureClass {
    /// Whether the failure speaks of the server and our way to it, and not of one message or its recipient.
    pub const fn is_about_channel(self) -> bool {
        !matches!(self, Self::Recipient | Self::Message)
    }

    /// Whether the server can't be reached or lets nobody in: whatever else is sent there now meets the same.
    pub const fn is_of_server(self) -> bool {
        matches!(
            self,
            Self::Dns
                | Self::Connect
                | Self::Refused
                | Self::Forbidden
                | Self::Tls
                | Self::Auth
                | Self::Timeout
        )
    }
}

/// A mailbox that is to be chosen where nobody names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultMailbox {
    pub id: MailboxId,
    pub owner: MailboxOwner,
    /// The projects that it is for; empty for everything.
    pub projects: Vec<ProjectId>,
}

/// Most projects that one mailbox is for.
pub const MAX_PROJECTS: usize = 200;

/// Whether mail of a task may leave by a mailbox that is for these projects: without projects it is for everything, with
/// projects for their tasks alone (OUT-4).
pub fn is_for(projects: &[ProjectId], of_task: Option<ProjectId>) -> bool {
    projects.is_empty() || of_task.is_some_and(|it| projects.contains(&it))
}

/// Decides by which of the default mailboxes, oldest first, an employee's mail leaves: by his own before the company's
/// (OUT-2, OUT-5), by one for the task's project before one for everything (OUT-7). None: from his internal address (OUT-1).
pub fn decide_mailbox(defaults: &[DefaultMailbox], of_task: Option<ProjectId>) -> Option<MailboxId> {
    let usable = || defaults.iter().filter(|it| is_for(&it.projects, of_task));
    let of = |owner, is_special: bool| {
        usable().find(|it| it.owner == owner && it.projects.is_empty() != is_special).map(|it| it.id)
    };
    let [employee, company] = [MailboxOwner::Employee, MailboxOwner::Company]
        .map(|owner| of(owner, true).or_else(|| of(owner, false)));
    employee.or(company)
}

/// How one channel of a mailbox has worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    pub last_success_at: Option<Timestamp>,
    /// The last failure, also when it is over.
    pub last_error: Option<FailureClass>,
    pub last_error_at: Option<Timestamp>,
    /// Since the last success.
    pub consecutive_failures: i64,
}

named! {
    /// A channel's health in one word.
    pub enum HealthState {
        /// Not used yet.
        Unknown = "unknown",
        Ok = "ok",
        /// The last attempts failed.
        Failing = "failing",
    }
}

impl Health {
    /// Failures in a row after which people are told (R11).
    pub const ALARM_AFTER: i64 = 3;

    pub const fn state(&self) -> HealthState {
        match (self.consecutive_failures, self.last_success_at) {
            (0, None) => HealthState::Unknown,
            (0, Some(_)) => HealthState::Ok,
            _ => HealthState::Failing,
        }
    }
}

/// The wait after so many failures in a row before a mailbox is connected to again: seconds at first, then minutes, so
/// that what passes is noticed soon. A wrong password stays wrong, and servers lock out who tries it often.
pub const fn reconnect_after(consecutive_failures: i64, class: FailureClass) -> Duration {
    let seconds = match consecutive_failures {
        ..=1 => 5,
        2 => 20,
        3 => 80,
        _ => 300,
    };
    match class {
        FailureClass::Auth | FailureClass::Forbidden => Duration::from_mins(5),
        _ => Duration::from_secs(seconds),
    }
}

/// How far a mailbox's INBOX was fetched. UIDs mean something under their validity only (RFC 3501 §2.3.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub validity: u32,
    pub last_uid: u32,
}

/// Which mails of an INBOX are to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All that came after the last fetched one, seen by people or not.
    After(u32),
    /// What nobody has seen: a mailbox that is new to us keeps its past.
    Unseen,
    /// The numbers mean nothing any more: what nobody has seen, and all since then; what was fetched before is known by
    /// its bytes.
    UnseenOrSince(Timestamp),
}

/// Decides what to fetch from an INBOX with this validity.
pub fn plan_selection(known: Option<Position>, validity: u32, last_success: Option<Timestamp>) -> Selection {
    match (known, last_success) {
        (Some(known), _) if known.validity == validity => Selection::After(known.last_uid),
        (Some(_), Some(at)) => Selection::UnseenOrSince(at),
        (Some(_), None) | (None, _) => Selection::Unseen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R11
    #[test]
    fn three_failures_in_a_row_come_within_two_minutes() {
        let waits = (1..Health::ALARM_AFTER).map(|n| reconnect_after(n, FailureClass::Connect));
        assert!(waits.sum::<Duration>() < Duration::from_mins(2));
        assert_eq!(reconnect_after(1, FailureClass::Auth), Duration::from_mins(5), "no lock-out");
    }

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for (text, host) in [
            (" Mail.Example ", "mail.example"),
            ("почта.рф", "xn--80a1acny.xn--p1ai"),
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
        ] {
            assert_eq!(HostName::parse(text).unwrap().as_str(), host);
        }
        for text in ["", "a b", "a/b", "http://a", "a:25", "a\0b", "a\r\nb"] {
            assert!(HostName::parse(text).is_err(), "{text:?}");
        }
    }

    /// OUT-2
    #[test]
    fn an_employees_own_mailbox_goes_before_the_companys() {
        let mailbox = |n, owner| DefaultMailbox {
            id: MailboxId::new(uuid::Uuid::from_u128(n)),
            owner,
            projects: Vec::new(),
        };
        let (company, other, own) = (
            mailbox(1, MailboxOwner::Company),
            mailbox(2, MailboxOwner::Company),
            mailbox(3, MailboxOwner::Employee),
        );
        assert_eq!(decide_mailbox(&[], None), None);
        assert_eq!(decide_mailbox(&[company.clone(), other.clone()], None), Some(company.id));
        assert_eq!(decide_mailbox(&[company, other, own.clone()], None), Some(own.id));
    }

    /// OUT-4, OUT-5, OUT-7
    #[test]
    fn a_mailbox_with_projects_is_for_their_tasks_alone_and_goes_before_one_for_everything() {
        let project = |n| ProjectId::new(uuid::Uuid::from_u128(n));
        let mailbox = |n, projects: &[ProjectId]| DefaultMailbox {
            id: MailboxId::new(uuid::Uuid::from_u128(n)),
            owner: MailboxOwner::Company,
            projects: projects.to_vec(),
        };
        let (any, one) = (mailbox(1, &[]), mailbox(2, &[project(7), project(8)]));
        let both = [any.clone(), one.clone()];
        assert_eq!(decide_mailbox(&both, None), Some(any.id));
        assert_eq!(decide_mailbox(&both, Some(project(9))), Some(any.id));
        assert_eq!(decide_mailbox(&both, Some(project(8))), Some(one.id));
        assert_eq!(decide_mailbox(&[one], None), None);
    }

    #[test]
    fn a_channel_is_failing_until_it_succeeds() {
        let check = |consecutive_failures, last_success_at, state| {
            let health = Health { last_success_at, consecutive_failures, ..Health::default() };
            assert_eq!(health.state(), state);
        };
        check(0, None, HealthState::Unknown);
        check(1, Some(Timestamp::UNIX_EPOCH), HealthState::Failing);
        check(0, Some(Timestamp::UNIX_EPOCH), HealthState::Ok);
    }

    #[test]
    fn numbers_are_trusted_under_their_validity_only() {
        let known = Some(Position { validity: 7, last_uid: 40 });
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(plan_selection(None, 7, None), Selection::Unseen);
        assert_eq!(plan_selection(known, 7, Some(at)), Selection::After(40));
        assert_eq!(plan_selection(known, 8, Some(at)), Selection::UnseenOrSince(at));
        assert_eq!(plan_selection(known, 8, None), Selection::Unseen);
    }
}
