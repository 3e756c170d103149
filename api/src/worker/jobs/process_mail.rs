//! `process_mail`: looks at received mails. What a mail becomes is decided and written by [`incoming`].

use std::pin::pin;

use futures_util::{StreamExt as _, stream};
use liaison_domain::{
    id::{AccountId, IncomingMailId},
    job::JobKind,
};
use liaison_persistence::{database::WriteTx, job::ClaimedJob};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use crate::{
    service::{
        Failure,
        incoming::{self, Durability},
    },
    worker::{Batch, Workers},
};

/// Mails of an account that are read, and asked about in the DNS, at once: all that it may have in hand, for most of the time
/// they wait for the DNS.
const READ_AHEAD: usize = super::limit(JobKind::ProcessMail);

/// Light mails that are written in one transaction, for which all other writers wait on SQLite.
const MAX_TOGETHER: usize = 8;

/// Looks at the mails in the order of their receipt; one that fails takes no other with it (R9).
pub(super) async fn run(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    let (app, account) = (&workers.app, batch.account);
    // Each in a task of its own: the next ones are read while one is written.
    let take_up = |job: &ClaimedJob| {
        let (app, id) = (app.clone(), IncomingMailId::new(job.subject_id));
        let work = async move { incoming::take_up(&app, account, id).await };
        let work = AbortOnDropHandle::new(tokio::spawn(work));
        async move { (id, work.await) }
    };
    let mut mails = pin!(stream::iter(&batch.jobs).map(take_up).buffered(READ_AHEAD));
    let (mut failed, mut left, mut light) = (None, batch.jobs.len(), Vec::new());
    while let Some((id, mail)) = mails.next().await {
        left -= 1;
        let mut alone = None;
        match mail {
            Ok(Ok(Some(mail))) if mail.is_light() => light.push(mail),
            Ok(Ok(mail)) => alone = Some(mail),
            Ok(Err(failure)) => failed = Some(failure),
            Err(cut) => failed = Some(Failure::internal("a mail can't be read", cut)),
        }
        let durability = if left == 0 { Durability::Now } else { Durability::WithTheNext };
        if alone.is_some() || light.len() == MAX_TOGETHER || left == 0 {
            let finished = incoming::finish_together(app, &std::mem::take(&mut light), durability).await;
            failed = finished.err().or(failed);
        }
        let finished = match alone {
            Some(Some(mail)) => incoming::finish(app, &mail, durability).await,
            // Boxed: it would make the future of every batch as large.
            Some(None) => Box::pin(incoming::work_on(app, account, id, durability)).await,
            None => continue,
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
