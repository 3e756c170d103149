//! Claimed jobs of one account and kind, from the claim to the last record.

use std::{convert::Infallible, panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt as _;
use liaison_domain::{
    id::{AccountId, JobId},
    job::{self as plan, HEARTBEAT, JobKind},
};
use liaison_persistence::{
    error::StorageError,
    job::{self, AfterFailure, ClaimedJob, Lane, Lease},
};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, MissedTickBehavior, interval_at},
};
use uuid::Uuid;

use super::{Workers, jobs};
use crate::service::Failure;

/// Jobs of one account and kind that this node has leased.
#[derive(Debug)]
pub struct Batch {
    pub account: AccountId,
    pub kind: JobKind,
    /// In the order in which they were asked for; not empty.
    pub jobs: Vec<ClaimedJob>,
    /// The batch's part of what its account may have in hand.
    share: OwnedSemaphorePermit,
    /// Its place among the batches of the node, shared with what was claimed with it.
    slot: Option<Arc<OwnedSemaphorePermit>>,
}

/// A job that failed for a reason of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedJob {
    pub account: AccountId,
    pub kind: JobKind,
    pub subject_id: Uuid,
    /// The failure with its causes.
    pub error: String,
    /// Whether it was given up.
    pub parked: bool,
}

/// What became of a batch.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) jobs: usize,
    pub(super) failed: Vec<FailedJob>,
}

impl Batch {
    pub(super) const fn new(
        lane: Lane,
        jobs: Vec<ClaimedJob>,
        share: OwnedSemaphorePermit,
        slot: Arc<OwnedSemaphorePermit>,
    ) -> Self {
        Self { account: lane.account_id, kind: lane.kind, jobs, share, slot: Some(slot) }
    }

    /// Runs the handler while saying that this node is alive; records what the handler left undone when it failed.
    pub(super) async fn work(mut self, workers: &Workers) -> Report {
        let claimed = self.jobs.clone();
        let (account, kind) = (self.account, self.kind);
        let handler = AssertUnwindSafe(jobs::run(workers, &mut self)).catch_unwind();
        let result = tokio::select! {
            result = handler => result.unwrap_or(Err(Failure::Internal("a job's handler panicked", None))),
            never = beat(workers, account, &claimed) => match never {},
        };
        let failed = match result {
            Ok(()) => Vec::new(),
            Err(failure) => {
                let error = failure.chain();
                tracing::error!(%account, %kind, jobs = claimed.len(), error, "jobs failed");
                match fail(workers, account, kind, &claimed, &error).await {
                    Ok(failed) => failed,
                    Err(unrecorded) => {
                        // The leases end by themselves, and the jobs run again.
                        tracing::error!(error = %unrecorded.chain(), "a failure can't be recorded");
                        Vec::new()
                    }
                }
            }
        };
        Report { jobs: claimed.len(), failed }
    }

    pub(super) const fn lane(&self) -> Lane {
        Lane { account_id: self.account, kind: self.kind }
    }

    /// Leaves its place to another batch: what is left is to wait for servers, which may be long (R38).
    pub(super) fn step_aside(&mut self) {
        self.slot = None;
    }

    /// Says that `n` of its jobs are still in hand, so that as many others of the account may be claimed as have ended.
    pub(super) fn keep(&mut self, n: usize) {
        drop(self.share.split(self.share.num_permits().saturating_sub(n)));
    }
}

/// Renews the leases for as long as it is polled.
async fn beat(workers: &Workers, account: AccountId, jobs: &[ClaimedJob]) -> Infallible {
    let mut beat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if let Err(error) = renew(workers, account, jobs).await {
            tracing::error!(error = %Failure::from(error).chain(), "a lease can't be renewed");
        }
    }
}

async fn renew(workers: &Workers, account: AccountId, jobs: &[ClaimedJob]) -> Result<(), StorageError> {
    let mut tx = workers.app.database.write_unsynced().await?;
    let until = workers.app.env.now() + plan::LEASE;
    let lease = Lease { by: workers.node(), until };
    job::renew(&mut tx, account, jobs.iter().map(|it| it.id), lease).await.map(drop)?;
    tx.commit().await
}

/// Records a failure for those of the jobs that are not ended; those out of attempts are given up.
async fn fail(
    workers: &Workers,
    account: AccountId,
    kind: JobKind,
    jobs: &[ClaimedJob],
    error: &str,
) -> Result<Vec<FailedJob>, Failure> {
    let now = workers.app.env.now();
    let after = |attempts| match plan::retry_after(kind, attempts) {
        Some(wait) => AfterFailure::RetryAt(now + wait),
        None => AfterFailure::Park(now),
    };
    let mut tx = workers.app.database.write().await?;
    let failures = jobs.iter().map(|it| (it.id, after(it.attempts)));
    let changed: Vec<JobId> = job::fail(&mut tx, account, workers.node(), failures, error).await?;
    let failed: Vec<FailedJob> = jobs
        .iter()
        .filter(|it| changed.contains(&it.id))
        .map(|it| FailedJob {
            account,
            kind,
            subject_id: it.subject_id,
            error: error.to_owned(),
            parked: plan::retry_after(kind, it.attempts).is_none(),
        })
        .collect();
    for job in failed.iter().filter(|it| it.parked) {
        jobs::give_up(&mut tx, workers, account, kind, job.subject_id, error).await?;
    }
    tx.commit().await?;
    Ok(failed)
}
