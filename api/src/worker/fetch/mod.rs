//! Holds a connection to each external mailbox that is fetched from, and takes in what arrives there.
//!
//! A mailbox with IMAP has a job that is never done: its lease is the right to hold the connection, so that no two nodes
//! fetch from one mailbox. The lease is renewed for as long as the connection is open; who loses it lets go. Changing
//! how a mailbox is reached makes a new job of it. A connection that fails gives its job back with a wait
//! ([`reconnect_after`]), and its mailbox's health tells (R11).
//!
//! What one connection does is [`sync`]. [`run`] keeps all connections, [`Fetcher::round`] makes one round of them.

mod sync;

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::FutureExt as _;
use liaison_domain::{
    id::{AccountId, JobId, MailboxId},
    job::{HEARTBEAT, JobKind, LEASE},
    mailbox::{Channel, FailureClass, reconnect_after},
};
use liaison_persistence::{
    error::StorageError,
    job::{self, AfterFailure, ClaimedJob, Lane, Lease},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use self::sync::{Ended, Poison};
use super::pause;
use crate::{
    app::App,
    service::{Failure, mailbox::health},
};

/// Accounts listed at once.
const LANES: i64 = 200;
/// The wait after a failure of ours.
const OWN_FAILURE: Duration = Duration::from_secs(20);
/// Mails over [`sync::LARGE`] that are in memory at once.
const MAX_LARGE: usize = 8;

/// Fetches until told to stop.
pub(super) async fn run(app: Arc<App>, stop: CancellationToken) {
    let fetcher = Fetcher::new(app);
    let mut held = JoinSet::new();
    let mut beat = interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        if let Err(error) = fetcher.pass(&mut held, Rounds::Endless).await {
            tracing::error!(error = %Failure::from(error).chain(), "can't look for mailboxes");
        }
        while held.try_join_next().is_some() {}
        tokio::select! {
            () = stop.cancelled() => break,
            _ = beat.tick() => fetcher.renew().await,
            _ = fetcher.app.database.due().take(&[JobKind::FetchMail]) => {}
            () = pause(&fetcher.app) => {}
        }
    }
    // Nothing is lost by letting go at once: what was not marked is fetched again, and known.
    held.shutdown().await;
}

/// What one connection came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub mailbox: MailboxId,
    /// Mails taken in, those that were known too.
    pub mails: usize,
    pub failure: Option<FailureClass>,
}

/// How long a connection is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rounds {
    One,
    Endless,
}

/// A mailbox whose connection this node may hold.
#[derive(Clone, Copy, Debug)]
struct Turn {
    account: AccountId,
    mailbox: MailboxId,
    job: JobId,
}

/// What the connections of a node share.
#[derive(Debug)]
pub struct Fetcher {
    app: Arc<App>,
    connections: Arc<Semaphore>,
    large: Semaphore,
    /// Who is to be told when his lease is gone.
    leases: Mutex<HashMap<JobId, (AccountId, CancellationToken)>>,
    poison: Poison,
}

impl Fetcher {
    pub fn new(app: Arc<App>) -> Arc<Self> {
        Arc::new(Self {
            connections: Arc::new(Semaphore::new(app.config.mail.fetch_connections)),
            large: Semaphore::new(MAX_LARGE),
            leases: Mutex::default(),
            poison: Poison::default(),
            app,
        })
    }

    /// Makes one round of the mailboxes that are due: connects, takes in what is there, leaves. Gives what each came to.
    pub async fn round(self: &Arc<Self>) -> Result<Vec<Fetched>, Failure> {
        let mut held = JoinSet::new();
        self.pass(&mut held, Rounds::One).await?;
        Ok(held.join_all().await.into_iter().flatten().collect())
    }

    /// Takes the mailboxes that are due and that nobody holds, as many as may be connected to.
    async fn pass(
        self: &Arc<Self>,
        held: &mut JoinSet<Option<Fetched>>,
        rounds: Rounds,
    ) -> Result<(), StorageError> {
        let mut after = None;
        while self.connections.available_permits() > 0 {
            let mut tx = self.app.database.read_once().await?;
            let now = self.app.env.now();
            let lanes = job::list_due_lanes(&mut tx, &[JobKind::FetchMail], now, after, LANES).await?;
            drop(tx);
            for lane in &lanes {
                self.claim(*lane, held, rounds).await?;
            }
            after = lanes.last().copied();
            if i64::try_from(lanes.len()).unwrap_or(LANES) < LANES {
                break;
            }
        }
        Ok(())
    }

    async fn claim(
        self: &Arc<Self>,
        lane: Lane,
        held: &mut JoinSet<Option<Fetched>>,
        rounds: Rounds,
    ) -> Result<(), StorageError> {
        let n_free = i64::try_from(self.connections.available_permits()).unwrap_or(i64::MAX);
        let now = self.app.env.now();
        let lease = Lease { by: &self.app.config.node.name, until: now + LEASE };
        let mut tx = self.app.database.write().await?;
        let claimed = job::claim(&mut tx, lane, now, lease, n_free).await?;
        tx.commit().await?;
        for ClaimedJob { id, subject_id, .. } in claimed {
            let Ok(slot) = self.connections.clone().try_acquire_owned() else { continue };
            let turn = Turn { account: lane.account_id, mailbox: MailboxId::new(subject_id), job: id };
            held.spawn(self.clone().hold(turn, rounds, slot));
        }
        Ok(())
    }

    /// Holds a mailbox's connection for as long as it lasts and the lease is ours.
    async fn hold(
        self: Arc<Self>,
        turn: Turn,
        rounds: Rounds,
        _slot: OwnedSemaphorePermit,
    ) -> Option<Fetched> {
        let lost = CancellationToken::new();
        self.leases().insert(turn.job, (turn.account, lost.clone()));
        let mut mails = 0;
        let fetching = AssertUnwindSafe(self.fetch(&turn, rounds, &mut mails)).catch_unwind();
        let ended = tokio::select! {
            () = lost.cancelled() => None,
            ended = fetching => Some(ended.unwrap_or_else(|_panic| {
                Err(Ended::Ours(Failure::Internal("fetching from a mailbox panicked", None)))
            })),
        };
        self.leases().remove(&turn.job);
        let failure = match self.settle(&turn, ended?).await {
            Ok(failure) => failure,
            Err(failure) => {
                // The lease ends by itself, and the mailbox is connected to again.
                tracing::error!(mailbox = %turn.mailbox, error = failure.chain(), "a mailbox's end can't be recorded");
                None
            }
        };
        Some(Fetched { mailbox: turn.mailbox, mails, failure })
    }

    /// Records how a connection ended, and gives the mailbox back.
    async fn settle(&self, turn: &Turn, ended: Result<(), Ended>) -> Result<Option<FailureClass>, Failure> {
        let (node, now) = (self.app.config.node.name.as_str(), self.app.env.now());
        let Turn { account, mailbox, job } = *turn;
        let mut tx = self.app.database.write().await?;
        let class = match ended {
            Ok(()) => {
                job::reschedule(&mut tx, account, node, [(job, now)]).await?;
                None
            }
            Err(Ended::Gone) => {
                job::finish(&mut tx, account, node, [job]).await?;
                None
            }
            Err(Ended::Failed(class)) => {
                tracing::info!(%mailbox, %class, "a mailbox's connection failed");
                let failures =
                    health::fail(&mut tx, &self.app, account, mailbox, Channel::Imap, class).await?;
                let wait = reconnect_after(failures.unwrap_or(1), class);
                job::reschedule(&mut tx, account, node, [(job, now + wait)]).await?;
                Some(class)
            }
            Err(Ended::Ours(failure)) => {
                let error = failure.chain();
                tracing::error!(%mailbox, error, "fetching from a mailbox failed");
                let again = AfterFailure::RetryAt(now + OWN_FAILURE);
                job::fail(&mut tx, account, node, [(job, again)], &error).await?;
                None
            }
        };
        tx.commit().await?;
        Ok(class)
    }

    /// Renews the leases of all connections, and tells those who lost theirs.
    async fn renew(&self) {
        let mut by_account: HashMap<AccountId, Vec<JobId>> = HashMap::new();
        for (job, (account, _)) in self.leases().iter() {
            by_account.entry(*account).or_default().push(*job);
        }
        if by_account.is_empty() {
            return;
        }
        match self.renew_all(&by_account).await {
            Ok(kept) => {
                let asked = by_account.values().flatten();
                let leases = self.leases();
                for (_, lost) in asked.filter(|it| !kept.contains(it)).filter_map(|it| leases.get(it)) {
                    lost.cancel();
                }
            }
            Err(error) => {
                tracing::error!(error = %Failure::from(error).chain(), "mailboxes' leases can't be renewed");
            }
        }
    }

    async fn renew_all(&self, jobs: &HashMap<AccountId, Vec<JobId>>) -> Result<Vec<JobId>, StorageError> {
        let lease = Lease { by: &self.app.config.node.name, until: self.app.env.now() + LEASE };
        let mut tx = self.app.database.write().await?;
        let mut kept = Vec::new();
        for (account, jobs) in jobs {
            kept.extend(job::renew(&mut tx, *account, jobs.iter().copied(), lease).await?);
        }
        tx.commit().await?;
        Ok(kept)
    }

    fn leases(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, (AccountId, CancellationToken)>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
