//! One connection to one mailbox: what is there is taken in, then what comes.
//!
//! A mail is committed before it is marked as seen, and the place in the mailbox moves on after that (R10). So a crash
//! leaves a mail either not taken, or taken and not marked; the second is fetched again, known by its bytes, and
//! marked.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use liaison_domain::{
    id::MailboxId,
    inbound::verdict::MAX_MAIL_BYTES,
    job::MAX_ATTEMPTS,
    mailbox::{Channel, FailureClass, Position, Selection, plan_selection},
};
use liaison_mailer::inbox::{Filter, Inbox, InboxError, Listed};
use liaison_persistence::{
    account,
    mailbox::{
        self,
        channel::{self, ChannelRow},
    },
};

use super::{Fetcher, Rounds, Turn};
use crate::service::{
    Failure,
    intake::fetched::{self, Origin, Unfetched},
    mailbox::{place, server},
};

/// Mails that are marked together.
const CHUNK: usize = 50;
/// Bytes that are fetched of a mail over the limit: its header.
const MAX_HEADER_BYTES: u64 = 64 * 1024;
/// Bytes from which a mail takes its turn among the large ones.
pub(super) const LARGE: u64 = 256 * 1024;

/// Why a connection ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// There is no such mailbox any more, or it is not fetched from.
    Gone,
    /// The server's, or the network's.
    Failed(FailureClass),
    Ours(Failure),
}

impl From<InboxError> for Ended {
    fn from(error: InboxError) -> Self {
        Self::Failed(error.0)
    }
}

impl<E: Into<Failure>> From<E> for Ended {
    fn from(failure: E) -> Self {
        Self::Ours(failure.into())
    }
}

/// Mails that a server fails to give again and again (R9). Forgotten at a restart, and then tried anew.
#[derive(Debug, Default)]
pub(super) struct Poison(Mutex<HashMap<(MailboxId, u32, u32), i64>>);

impl Poison {
    /// More than these are forgotten together; what is poison shows again.
    const MAX: usize = 10_000;

    fn count(&self, mailbox: MailboxId, validity: u32, uid: u32) -> i64 {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= Self::MAX {
            failures.clear();
        }
        let count = failures.entry((mailbox, validity, uid)).or_default();
        *count += 1;
        *count
    }

    fn is_given_up(&self, mailbox: MailboxId, validity: u32, uid: u32) -> bool {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(&(mailbox, validity, uid)).is_some_and(|it| *it >= MAX_ATTEMPTS)
    }
}

impl Fetcher {
    /// Connects and takes in what there is; then, in endless rounds, what comes.
    pub(super) async fn fetch(&self, turn: &Turn, rounds: Rounds, mails: &mut usize) -> Result<(), Ended> {
        let (recipient, row) = self.load(turn).await?;
        let mut inbox = Inbox::open(&server::imap(&self.app, turn.account, &row)?).await?;
        let origin = Origin { account: turn.account, peer: inbox.peer, recipient };
        let interval = Duration::from_secs(self.app.config.mail.fetch_interval_seconds);
        let mut selection = plan_selection(row.position(), inbox.validity, row.last_success_at);
        loop {
            let last_uid = self.take_all(turn, &origin, &mut inbox, selection, mails).await?;
            selection = Selection::After(last_uid);
            self.succeed(turn, Position { validity: inbox.validity, last_uid }).await?;
            if rounds == Rounds::One {
                return Ok(());
            }
            inbox = inbox.wait(interval).await?;
        }
    }

    /// The address of ours that the mail is for, and how the mailbox is reached.
    async fn load(&self, turn: &Turn) -> Result<(String, ChannelRow), Ended> {
        let Turn { account, mailbox, .. } = *turn;
        let mut tx = self.app.database.read().await?;
        let row = mailbox::find(&mut tx, account, mailbox).await?.ok_or(Ended::Gone)?;
        let channels = channel::list(&mut tx, account, [mailbox]).await?.remove(&mailbox);
        let imap = channels.into_iter().flatten().find(|it| it.channel == Channel::Imap);
        let owner = account::find(&mut tx, account).await?.ok_or(Ended::Gone)?;
        let place = place(&row).ok_or(Ended::Gone)?;
        let recipient = format!("{place}@{}", self.app.config.mail.domain_of(&owner.name));
        Ok((recipient, imap.ok_or(Ended::Gone)?))
    }

    /// Takes in the selected mails; gives the last UID that is done with.
    async fn take_all(
        &self,
        turn: &Turn,
        origin: &Origin,
        inbox: &mut Inbox,
        selection: Selection,
        mails: &mut usize,
    ) -> Result<u32, Ended> {
        let (after, filter) = match selection {
            Selection::After(uid) => (uid, Filter::All),
            Selection::Unseen => (0, Filter::Unseen),
            Selection::UnseenOrSince(at) => (0, Filter::UnseenOrSince(at)),
        };
        let mut last_uid = after.max(inbox.next_uid.saturating_sub(1));
        for window in inbox.windows_after(after) {
            let listed = inbox.list(window, filter).await?;
            for chunk in listed.chunks(CHUNK) {
                let mut taken = Vec::with_capacity(chunk.len());
                for mail in chunk {
                    if self.take(turn, origin, inbox, *mail).await? {
                        taken.push(mail.uid);
                    }
                }
                *mails += taken.len();
                inbox.mark_seen(&taken).await?;
                last_uid = chunk.last().map_or(last_uid, |it| last_uid.max(it.uid));
                if filter == Filter::All {
                    let last_uid = chunk.last().map_or(after, |it| it.uid);
                    self.advance(turn, Position { validity: inbox.validity, last_uid }).await?;
                }
            }
        }
        Ok(last_uid)
    }

    /// Takes one mail in; false where it stays unread in the mailbox.
    async fn take(
        &self,
        turn: &Turn,
        origin: &Origin,
        inbox: &mut Inbox,
        mail: Listed,
    ) -> Result<bool, Ended> {
        let max = MAX_MAIL_BYTES as u64;
        if mail.size > max {
            let header = inbox.fetch_header(mail.uid, MAX_HEADER_BYTES).await?.unwrap_or_default();
            fetched::note(&self.app, origin, header, Unfetched::TooLarge { size: mail.size }).await?;
            return Ok(true);
        }
        let validity = inbox.validity;
        if self.poison.is_given_up(turn.mailbox, validity, mail.uid) {
            return Ok(false);
        }
        let _turn = if mail.size > LARGE { self.large.acquire().await.ok() } else { None };
        match inbox.fetch(mail.uid, max).await {
            Ok(Some(raw)) => {
                fetched::take(&self.app, origin, raw).await?;
                Ok(true)
            }
            // Somebody deleted it meanwhile.
            Ok(None) => Ok(false),
            Err(error) => {
                if self.poison.count(turn.mailbox, validity, mail.uid) == MAX_ATTEMPTS {
                    let why = Unfetched::NotGiven { uid: mail.uid };
                    fetched::note(&self.app, origin, Bytes::new(), why).await?;
                }
                Err(error.into())
            }
        }
    }

    async fn advance(&self, turn: &Turn, position: Position) -> Result<(), Ended> {
        let mut tx = self.app.database.write().await?;
        channel::advance(&mut tx, turn.account, turn.mailbox, position).await?;
        Ok(tx.commit().await?)
    }

    async fn succeed(&self, turn: &Turn, position: Position) -> Result<(), Ended> {
        let (Turn { account, mailbox, .. }, now) = (*turn, self.app.env.now());
        let mut tx = self.app.database.write().await?;
        channel::advance(&mut tx, account, mailbox, position).await?;
        channel::succeed(&mut tx, account, mailbox, Channel::Imap, now).await?;
        Ok(tx.commit().await?)
    }
}
