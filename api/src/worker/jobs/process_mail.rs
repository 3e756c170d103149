//! `process_mail`: looks at received mails. What a mail becomes is decided and written by [`incoming`].

use std::pin::pin;

use futures_util::{StreamExt as _, stream};
use liaison_domain::id::{AccountId, IncomingMailId};
use liaison_persistence::{database::WriteTx, job::ClaimedJob};
use uuid::Uuid;

use crate::{
    service::{
        Failure,
        incoming::{self, Durability},
    },
    worker::{Batch, Workers},
};

/// Mails of an account that are read, and asked about in the DNS, at once.
const READ_AHEAD: usize = 4;

/// Looks at the mails in the order of their receipt; one that fails takes no other with it (R9).
pub(super) async fn run(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    let (app, account) = (&*workers.app, batch.account);
    let take_up = |job: &ClaimedJob| incoming::take_up(app, account, IncomingMailId::new(job.subject_id));
    let mails: Vec<_> = batch.jobs.iter().map(take_up).collect();
    let mut mails = pin!(stream::iter(mails).buffered(READ_AHEAD));
    let (mut failed, mut left) = (None, batch.jobs.len());
    while let Some(mail) = mails.next().await {
        left -= 1;
        let durability = if left == 0 { Durability::Now } else { Durability::WithTheNext };
        let finished = match mail {
            Ok(mail) => incoming::finish(app, mail, durability).await,
            Err(failure) => Err(failure),
        };
        failed = finished.err().or(failed);
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
