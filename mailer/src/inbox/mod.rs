//! Fetches mail from an external mailbox by IMAP (RFC 3501), and puts copies into its folder of sent mail.
//!
//! [`Inbox`] is one connection with INBOX opened: it lists, gives and marks mails, and waits for new ones. It keeps
//! nothing and decides nothing: what to fetch, what was fetched and when a mail may be marked is its caller's. Every step
//! has a time limit and a limit of bytes; a server's words never leave this module, only the [`FailureClass`] (S17).
//!
//! async-imap frames the commands, logs in and idles. Its fetching is not used: it tells a refused command and a lost
//! connection from a mail that is gone no more than from an empty answer, and so would lose mail (R10).

mod connect;
mod metered;

use std::{fmt, future::Future, net::IpAddr, time::Duration};

use async_imap::{Session, types::UnsolicitedResponse};
use bytes::Bytes;
use chrono::TimeDelta;
use imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response, SectionPath, Status};
use liaison_domain::{Timestamp, mailbox::FailureClass};
use thiserror::Error;
use tokio::time;

use self::{connect::LoggedIn, metered::Metered};
use crate::transport::{AddressRule, Credentials, Security, TimeLimits, class_of_io};

/// How to reach an IMAP server.
#[derive(Clone, Debug)]
pub struct ImapServer {
    pub host: String,
    pub port: u16,
    /// Not [`Security::Opportunistic`]: a mailbox's owner says what he wants, and it is taken for [`Security::StartTls`].
    pub security: Security,
    pub credentials: Credentials,
    /// Which of the host's addresses may be connected to.
    pub allowed: AddressRule,
    /// Certificates in PEM form trusted beside the system's.
    pub extra_roots: Option<Vec<u8>>,
    pub limits: TimeLimits,
}

/// Talking to the server failed at this point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct InboxError(pub FailureClass);

/// A mail that is there, before it is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub uid: u32,
    /// Bytes, as the server says.
    pub size: u64,
}

/// A connection with INBOX opened.
pub struct Inbox {
    session: Session<Metered>,
    limits: TimeLimits,
    can_idle: bool,
    /// The server told of a mail since the last listing: it will not tell again.
    has_news: bool,
    /// The server's address.
    pub peer: IpAddr,
    /// Under which the UIDs of this connection mean something.
    pub validity: u32,
    /// The UID that the next mail gets, as it was when INBOX was opened.
    pub next_uid: u32,
}

impl Inbox {
    /// Bytes of an answer that is not mail.
    const MAX_ANSWER: u64 = 512 * 1024;
    /// UIDs that are asked about at once.
    const WINDOW: u32 = 10_000;
    /// Less than the time after which servers (RFC 2177: 30 min) or networks forget a silent connection.
    const MAX_IDLE: Duration = Duration::from_mins(5);

    /// Connects, logs in and opens INBOX.
    pub async fn open(server: &ImapServer) -> Result<Self, InboxError> {
        let LoggedIn { mut session, can_idle, peer } = connect::log_in(server).await?;
        session.get_mut().allow(Self::MAX_ANSWER);
        let opened = time::timeout(server.limits.step, session.select("INBOX")).await;
        let opened = opened.map_err(|_elapsed| InboxError(FailureClass::Timeout))?;
        let opened = opened.map_err(|error| failure(&error, FailureClass::Storage))?;
        Ok(Self {
            session,
            limits: server.limits,
            can_idle,
            has_news: false,
            peer,
            // A server without either has no lasting numbers; then every connection begins anew.
            validity: opened.uid_validity.unwrap_or_default(),
            next_uid: opened.uid_next.unwrap_or(1),
        })
    }

    /// The ranges in which all mails after `uid` lie, so that no answer is long; the last one is open.
    pub fn windows_after(&self, uid: u32) -> Vec<(u32, Option<u32>)> {
        let first = uid.saturating_add(1);
        let mut windows: Vec<(u32, Option<u32>)> = Vec::new();
        let mut from = first;
        while self.next_uid.saturating_sub(from) > Self::WINDOW {
            let to = from + Self::WINDOW - 1;
            windows.push((from, Some(to)));
            from = to + 1;
        }
        windows.push((from, None));
        windows
    }

    /// The mails of a window in the order of their UIDs: those that nobody has seen, those that came since a day, or,
    /// without a filter, all.
    pub async fn list(
        &mut self,
        (from, to): (u32, Option<u32>),
        filter: Filter,
    ) -> Result<Vec<Listed>, InboxError> {
        self.has_news = false;
        let to = to.map_or_else(|| "*".to_owned(), |it| it.to_string());
        let mut uids: Vec<u32> = Vec::new();
        self.run(&format!("UID SEARCH UID {from}:{to}{filter}"), self.short(), |response| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                uids.extend(found);
            }
        })
        .await?;
        // `n:*` names the last mail even where it is before n.
        uids.retain(|it| *it >= from);
        uids.sort_unstable();
        uids.dedup();
        let mut listed = Vec::with_capacity(uids.len());
        for chunk in uids.chunks(500) {
            let command = format!("UID FETCH {} (UID RFC822.SIZE)", set_of(chunk));
            self.run(&command, self.short(), |response| {
                let Response::Fetch(_, attributes) = response else { return };
                let uid = attributes.iter().find_map(|it| match it {
                    AttributeValue::Uid(uid) => Some(*uid),
                    _ => None,
                });
                let size = attributes.iter().find_map(|it| match it {
                    AttributeValue::Rfc822Size(size) => Some(u64::from(*size)),
                    _ => None,
                });
                listed.extend(uid.zip(size).map(|(uid, size)| Listed { uid, size }));
            })
            .await?;
        }
        listed.sort_unstable_by_key(|it| it.uid);
        Ok(listed)
    }

    /// A whole mail, unmarked; none where it is gone. `max` is in bytes; a server that sends more is cut off.
    pub async fn fetch(&mut self, uid: u32, max: u64) -> Result<Option<Bytes>, InboxError> {
        self.fetch_section(uid, "BODY.PEEK[]", max).await
    }

    /// The header of a mail that is too large to be fetched, at most so many bytes of it.
    pub async fn fetch_header(&mut self, uid: u32, max: u64) -> Result<Option<Bytes>, InboxError> {
        self.fetch_section(uid, &format!("BODY.PEEK[HEADER]<0.{max}>"), max).await
    }

    async fn fetch_section(
        &mut self,
        uid: u32,
        section: &str,
        max: u64,
    ) -> Result<Option<Bytes>, InboxError> {
        let mut found = None;
        let command = format!("UID FETCH {uid} (UID {section})");
        self.run(&command, self.long(max), |response| {
            let Response::Fetch(_, attributes) = response else { return };
            let is_ours = attributes.iter().any(|it| matches!(it, AttributeValue::Uid(it) if *it == uid));
            let data = attributes.iter().find_map(|it| match it {
                AttributeValue::BodySection { section: None | Some(SectionPath::Full(_)), data, .. } => {
                    data.as_ref()
                }
                _ => None,
            });
            if let Some(data) = data.filter(|_| is_ours) {
                found = Some(Bytes::copy_from_slice(data));
            }
        })
        .await?;
        Ok(found)
    }

    /// Marks mails as seen. Called when they are safe with us, and not before (R10).
    pub async fn mark_seen(&mut self, uids: &[u32]) -> Result<(), InboxError> {
        for chunk in uids.chunks(500) {
            let command = format!("UID STORE {} +FLAGS.SILENT (\\Seen)", set_of(chunk));
            self.run(&command, self.short(), |_| {}).await?;
        }
        Ok(())
    }

    /// Puts a copy of a message into the folder of sent mail, marked as seen: into the one that the server names so
    /// (RFC 6154), or the one that is called Sent.
    pub async fn append_sent(&mut self, message: &[u8]) -> Result<(), InboxError> {
        let mut folder = None;
        self.run("LIST \"\" \"*\"", self.short(), |response| {
            if let Response::MailboxData(MailboxDatum::List(listed)) = response
                && listed.name_attributes.contains(&NameAttribute::Sent)
            {
                folder.get_or_insert_with(|| listed.name.clone().into_owned());
            }
        })
        .await?;
        let folder = folder.unwrap_or_else(|| "Sent".to_owned());
        self.session.get_mut().allow(Self::MAX_ANSWER);
        let appended = self.session.append(folder, Some("(\\Seen)"), None, message);
        match time::timeout(self.limits.message, appended).await {
            Ok(appended) => appended.map_err(|error| failure(&error, FailureClass::Storage)),
            Err(_elapsed) => Err(InboxError(FailureClass::Timeout)),
        }
    }

    /// Waits until the server tells of something new, where it can (RFC 2177); otherwise for `interval`. Also ends after
    /// some minutes of silence, so that a connection that is gone is noticed.
    pub async fn wait(self, interval: Duration) -> Result<Self, InboxError> {
        if self.has_news {
            return Ok(self);
        }
        if !self.can_idle {
            time::sleep(interval).await;
            return Ok(self);
        }
        let Self { mut session, limits, can_idle, peer, validity, next_uid, .. } = self;
        session.get_mut().allow(Self::MAX_ANSWER);
        let told = session.unsolicited_responses.clone();
        while told.try_recv().is_ok() {}
        let mut idle = session.idle();
        within(limits.step, idle.init()).await?;
        // What the server told before it began to wait, it tells once.
        let has_news = std::iter::from_fn(|| told.try_recv().ok())
            .any(|it| matches!(it, UnsolicitedResponse::Exists(_)));
        if !has_news {
            let (waiting, _interrupt) = idle.wait_with_timeout(Self::MAX_IDLE);
            if let Ok(ended) = time::timeout(Self::MAX_IDLE, waiting).await {
                ended.map_err(|error| failure(&error, FailureClass::Protocol))?;
            }
        }
        let session = within(limits.step, idle.done()).await?;
        Ok(Self { session, limits, can_idle, has_news, peer, validity, next_uid })
    }

    /// Runs a command and looks at each response to it. Anything but OK in the end is an error.
    async fn run(
        &mut self,
        command: &str,
        allowance: Allowance,
        mut look: impl FnMut(&Response<'_>),
    ) -> Result<(), InboxError> {
        self.session.get_mut().allow(allowance.bytes);
        let Self { session, has_news, .. } = self;
        let answered = time::timeout(allowance.time, async move {
            let tag =
                session.run_command(command).await.map_err(|error| failure(&error, FailureClass::Message))?;
            loop {
                let next = session.read_response().await.map_err(|error| InboxError(class_of_io(&error)))?;
                let response = next.ok_or(InboxError(FailureClass::Lost))?;
                match response.parsed() {
                    Response::Done { tag: done, status, .. } if *done == tag => {
                        let is_done = *status == Status::Ok;
                        return if is_done { Ok(()) } else { Err(InboxError(FailureClass::Message)) };
                    }
                    Response::Data { status: Status::Bye, .. } => return Err(InboxError(FailureClass::Lost)),
                    Response::MailboxData(MailboxDatum::Exists(_)) => *has_news = true,
                    other => look(other),
                }
            }
        });
        answered.await.map_err(|_elapsed| InboxError(FailureClass::Timeout))?
    }

    /// For an answer that is not mail.
    const fn short(&self) -> Allowance {
        Allowance { bytes: Self::MAX_ANSWER, time: self.limits.step }
    }

    /// For an answer with so many bytes of mail.
    const fn long(&self, bytes: u64) -> Allowance {
        Allowance { bytes: Self::MAX_ANSWER + bytes, time: self.limits.message }
    }
}

/// How much a server may send in answer to a command, and in which time.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    bytes: u64,
    time: Duration,
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("validity", &self.validity).finish_non_exhaustive()
    }
}

/// Which mails of a window are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    All,
    Unseen,
    /// Unseen, or come since the day of that time, in any time zone.
    UnseenOrSince(Timestamp),
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Unseen => f.write_str(" UNSEEN"),
            Self::UnseenOrSince(at) => {
                let day = *at - TimeDelta::days(1);
                write!(f, " OR UNSEEN SINCE {}", day.format("%-d-%b-%Y"))
            }
        }
    }
}

/// A sequence set (RFC 3501 §9): `2:4,7`.
fn set_of(uids: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == uid => *last = uid,
            _ => ranges.push((uid, uid)),
        }
    }
    let range =
        |(first, last): (u32, u32)| if first == last { first.to_string() } else { format!("{first}:{last}") };
    ranges.into_iter().map(range).collect::<Vec<_>>().join(",")
}

/// Runs a step of async-imap within its time.
async fn within<T>(
    limit: Duration,
    step: impl Future<Output = async_imap::error::Result<T>>,
) -> Result<T, InboxError> {
    match time::timeout(limit, step).await {
        Ok(done) => done.map_err(|error| failure(&error, FailureClass::Protocol)),
        Err(_elapsed) => Err(InboxError(FailureClass::Timeout)),
    }
}

/// `refusal` is what NO means at this step.
fn failure(error: &async_imap::error::Error, refusal: FailureClass) -> InboxError {
    use async_imap::error::Error;
    InboxError(match error {
        Error::No(_) => refusal,
        Error::ConnectionLost => FailureClass::Lost,
        Error::Io(error) => class_of_io(error),
        _ => FailureClass::Protocol,
    })
}
