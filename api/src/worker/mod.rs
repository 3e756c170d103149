//! Runs what outlives a request. Knows no HTTP; starts nothing that is not in the database.
//!
//! A pass lists the accounts that have due jobs and claims some of each in turn, so that nobody waits behind another's
//! backlog. What was claimed is one [`Batch`] of one account and kind; its handler in [`jobs`] loads, works with no
//! transaction open, and records. A batch whose handler fails is repeated later, job by job, and given up after five
//! attempts. [`sweep`] clears away what is past its time. [`run`] claims where a commit has left work, and passes once a second
//! for all else; [`drain`] passes until nothing is left.

mod batch;
pub mod fetch;
mod jobs;
mod quota;
pub mod sweep;

pub use batch::{Batch, FailedJob};

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use liaison_persistence::{error::StorageError, job};
use tokio::{sync::Semaphore, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use self::{batch::Report, quota::Quota};
use crate::{app::App, service::Failure};

/// Batches that run at once on a node; those that wait for servers don't count.
const MAX_BATCHES: usize = 64;
/// Tables that are taken in or written at once: each is in memory meanwhile.
const MAX_TABLES: usize = 2;
/// Accounts listed at once.
const LANES: i64 = 200;
/// How long a stopping node lets its batches finish; what is cut then is taken up again at the next start.
const FINISH: Duration = Duration::from_secs(30);

/// Works until told to stop, then finishes what it has begun.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let workers = Workers::new(app);
    let mut tasks = JoinSet::new();
    while let Err(error) = take_back(&workers.app).await {
        tracing::error!(error = %Failure::from(error).chain(), "can't take back what this node left");
        tokio::select! {
            () = stop.cancelled() => return,
            () = pause(&workers.app) => {}
        }
    }
    let fetching = tokio::spawn(fetch::run(workers.app.clone(), stop.clone()));
    let mut next_pass = Instant::now();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            claimed = workers.claim_next(&mut next_pass, &mut tasks) => if let Err(error) = claimed {
                tracing::error!(error = %Failure::from(error).chain(), "can't look for work");
            }
        }
        while tasks.try_join_next().is_some() {}
    }
    drop(fetching.await);
    let finished = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(FINISH, finished).await.is_err() {
        tracing::warn!(
            batches = tasks.len(),
            "stopped before all work was finished; it is taken up at the next start"
        );
    }
}

/// Takes back what this node had leased when it was stopped; gives the number of jobs.
pub async fn take_back(app: &App) -> Result<u64, StorageError> {
    let mut tx = app.database.write().await?;
    let jobs = job::release(&mut tx, &app.config.node.name).await?;
    tx.commit().await?;
    if jobs > 0 {
        tracing::info!(jobs, "taking up what was cut at the last stop");
    }
    Ok(jobs)
}

/// What [`drain`] did.
#[derive(Debug, Default)]
pub struct Drained {
    /// Jobs that were claimed, those that failed too.
    pub jobs: usize,
    pub failed: Vec<FailedJob>,
}

/// Does everything that is due, and what comes due by it, until nothing is left. Dropping the future cuts the work short
/// as a crash would.
pub async fn drain(app: &Arc<App>) -> Result<Drained, Failure> {
    let workers = Workers::new(app.clone());
    let mut drained = Drained::default();
    loop {
        let mut tasks = JoinSet::new();
        workers.pass(&mut tasks).await?;
        if tasks.is_empty() {
            return Ok(drained);
        }
        for report in tasks.join_all().await {
            drained.jobs += report.jobs;
            drained.failed.extend(report.failed);
        }
    }
}

/// What the batches of a node share.
#[derive(Debug)]
struct Workers {
    app: Arc<App>,
    batches: Arc<Semaphore>,
    /// Jobs in hand of each account and kind.
    lanes: Quota<job::Lane>,
    /// Lanes that may have more than they were let have in hand.
    left: Mutex<BTreeSet<job::Lane>>,
    mail: Arc<jobs::send_mail::Slots>,
    tables: Semaphore,
}

impl Workers {
    fn new(app: Arc<App>) -> Arc<Self> {
        Arc::new(Self {
            batches: Arc::new(Semaphore::new(MAX_BATCHES)),
            lanes: Quota::default(),
            left: Mutex::default(),
            tables: Semaphore::new(MAX_TABLES),
            mail: Arc::new(jobs::send_mail::Slots::new(app.config.mail.concurrency)),
            app,
        })
    }

    /// The name that leases are held by.
    fn node(&self) -> &str {
        &self.app.config.node.name
    }

    /// Waits until a commit has left work, or it is time to look for all else, and starts working on it.
    async fn claim_next(
        self: &Arc<Self>,
        next_pass: &mut Instant,
        tasks: &mut JoinSet<Report>,
    ) -> Result<(), StorageError> {
        tokio::select! {
            lanes = self.app.database.due().take(jobs::KINDS) => {
                for lane in lanes {
                    self.start(lane, tasks).await?;
                }
                Ok(())
            }
            () = tokio::time::sleep_until(*next_pass) => {
                *next_pass = Instant::now() + between_passes(&self.app);
                self.pass(tasks).await
            }
        }
    }

    /// Claims once from each account that has due jobs, and starts working on it.
    async fn pass(self: &Arc<Self>, tasks: &mut JoinSet<Report>) -> Result<(), StorageError> {
        let mut after = None;
        loop {
            let mut tx = self.app.database.read_once().await?;
            let lanes = job::list_due_lanes(&mut tx, jobs::KINDS, self.app.env.now(), after, LANES).await?;
            drop(tx);
            for lane in &lanes {
                self.start(*lane, tasks).await?;
            }
            after = lanes.last().copied();
            if i64::try_from(lanes.len()).unwrap_or(LANES) < LANES {
                return Ok(());
            }
        }
    }

    /// Claims as many jobs as the account may have in hand, unless it has many already.
    async fn start(
        self: &Arc<Self>,
        lane: job::Lane,
        tasks: &mut JoinSet<Report>,
    ) -> Result<(), StorageError> {
        let limit = jobs::limit(lane.kind);
        let quota = self.lanes.of(lane, limit);
        // Filling up one by one would cost a claim for each job.
        let is_busy = || quota.available_permits() <= limit / 2;
        if is_busy() {
            self.leave(lane);
            // What was in hand may have ended just before.
            if is_busy() {
                return Ok(());
            }
        }
        let Ok(slot) = self.batches.clone().acquire_owned().await else { return Ok(()) };
        let Ok(mut share) = quota.clone().try_acquire_many_owned(permits(quota.available_permits())) else {
            return Ok(());
        };
        let now = self.app.env.now();
        // A claim that loss of power takes was never made; what it leads to outside is committed first.
        let mut tx = self.app.database.write_unsynced().await?;
        let lease = job::Lease { by: self.node(), until: now + liaison_domain::job::LEASE };
        let n_wanted = i64::try_from(share.num_permits()).unwrap_or(i64::MAX);
        let claimed = job::claim(&mut tx, lane, now, lease, n_wanted).await?;
        tx.commit().await?;
        if claimed.len() == share.num_permits() {
            self.leave(lane);
        }
        let slot = Arc::new(slot);
        // What has failed or was cut before runs alone, so that a poison job takes no other with it (R9).
        let (repeated, fresh): (Vec<_>, Vec<_>) = claimed.into_iter().partition(|it| it.attempts > 1);
        let alone = repeated.into_iter().map(|it| vec![it]);
        for jobs in alone.chain([fresh]).filter(|it| !it.is_empty()) {
            let Some(share) = share.split(jobs.len()) else { continue };
            let workers = self.clone();
            let batch = Batch::new(lane, jobs, share, slot.clone());
            tasks.spawn(async move {
                let report = batch.work(&workers).await;
                workers.take_up(lane);
                report
            });
        }
        Ok(())
    }

    /// Says that a lane may have more to be done, when what it has in hand has ended.
    fn leave(&self, lane: job::Lane) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).insert(lane);
    }

    /// Has a lane looked at again where it was left.
    fn take_up(&self, lane: job::Lane) {
        if self.left.lock().unwrap_or_else(PoisonError::into_inner).remove(&lane) {
            self.app.database.due().add([lane]);
        }
    }
}

/// About a second; not the same for each node, so that they don't all ask at once.
fn between_passes(app: &App) -> Duration {
    let [jitter] = app.env.secret::<1>();
    Duration::from_millis(750 + u64::from(jitter) * 2)
}

async fn pause(app: &App) {
    tokio::time::sleep(between_passes(app)).await;
}

fn permits(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
