//! `relay_link` and `apply_link`: what accounts say to each other is handed over, and done, by [`link`].
//!
//! An operation that can't be applied five times is parked with the reason, and what follows in its stream waits: an
//! administrator sees it in `/v1/account-links/parked` and has it tried anew when the cause is gone.

use liaison_domain::id::{AccountId, LinkOperationId};
use liaison_persistence::{database::WriteTx, job, link::stream};
use uuid::Uuid;

use crate::{
    service::{Failure, link},
    worker::{Batch, Workers},
};

/// Hands over what the streams of these operations have to say.
pub(super) async fn relay(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    let (app, account) = (&*workers.app, batch.account);
    let operations: Vec<LinkOperationId> =
        batch.jobs.iter().map(|it| LinkOperationId::new(it.subject_id)).collect();
    until_clear(|| link::relay::relay(app, account, &operations)).await?;
    let mut tx = app.database.write_unsynced().await?;
    job::finish(&mut tx, account, workers.node(), batch.jobs.iter().map(|it| it.id)).await?;
    Ok(tx.commit().await?)
}

/// Applies what has come; one operation that fails holds up its own stream alone.
pub(super) async fn apply(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    let mut failed = None;
    for job in &batch.jobs {
        let id = LinkOperationId::new(job.subject_id);
        let applied = until_clear(|| link::apply::apply(&workers.app, batch.account, id)).await;
        failed = applied.err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}

/// How often other writers may be in the way before a job waits for its next turn like a failed one.
const MAX_COLLISIONS: usize = 5;

/// Works again at once where another writer was in the way: handed over or applied twice, an operation counts once.
async fn until_clear<T, F: Future<Output = Result<T, Failure>>>(work: impl Fn() -> F) -> Result<T, Failure> {
    for _ in 0..MAX_COLLISIONS {
        match work().await {
            Err(Failure::Storage(error)) if error.is_retryable() => {
                tracing::debug!(%error, "another writer was in the way");
            }
            result => return result,
        }
    }
    work().await
}

/// Gives an operation up for now.
pub(super) async fn park(
    tx: &mut WriteTx,
    account: AccountId,
    subject: Uuid,
    error: &str,
) -> Result<(), Failure> {
    Ok(stream::park(tx, account, LinkOperationId::new(subject), error).await?)
}
