//! `relay_link` and `apply_link`: what accounts say to each other is handed over, and done, by [`link`].
//!
//! An operation that can't be applied five times is parked with the reason, and what follows in its stream waits: an
//! administrator sees it in `/v1/account-links/parked` and has it tried anew when the cause is gone.

use liaison_domain::id::{AccountId, LinkOperationId};
use liaison_persistence::{database::WriteTx, link::stream};
use uuid::Uuid;

use crate::{
    service::{Failure, collision::until_clear, link},
    worker::{Batch, Workers},
};

/// Hands over what the streams of these operations have to say.
pub(super) async fn relay(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    let operations = operations(batch);
    until_clear(|| link::relay::relay(&workers.app, batch.account, &operations)).await
}

/// Applies what has come; one operation that fails holds up its own stream alone.
pub(super) async fn apply(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    link::apply::apply(&workers.app, batch.account, &operations(batch)).await
}

fn operations(batch: &Batch) -> Vec<LinkOperationId> {
    batch.jobs.iter().map(|it| LinkOperationId::new(it.subject_id)).collect()
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
