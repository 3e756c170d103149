//! `process_mail`: looks at received mails. What a mail becomes is decided and written by [`incoming`].

use liaison_domain::id::{AccountId, IncomingMailId};
use liaison_persistence::database::WriteTx;
use uuid::Uuid;

use crate::{
    service::{Failure, incoming},
    worker::{Batch, Workers},
};

/// Looks at the mails one after another; one that fails takes no other with it (R9).
pub(super) async fn run(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    let mut failed = None;
    for job in &batch.jobs {
        let mail = IncomingMailId::new(job.subject_id);
        if let Err(failure) = incoming::work_on(&workers.app, batch.account, mail).await {
            failed = Some(failure);
        }
    }
    failed.map_or(Ok(()), Err)
}

pub(super) async fn give_up(
    tx: &mut WriteTx,
    workers: &Workers,
    account: AccountId,
    subject: Uuid,
) -> Result<(), Failure> {
    incoming::give_up(tx, &workers.app, account, IncomingMailId::new(subject)).await
}
