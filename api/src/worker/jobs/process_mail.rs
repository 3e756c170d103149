//! `process_mail`: looks at received mails. What a mail becomes is decided and written by [`incoming`].

use std::pin::pin;

use futures_util::{StreamExt as _, stream};
use liaison_domain::id::{AccountId, IncomingMailId};
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

/// Mails of an account that are read, and asked about in the DNS, at once.
const READ_AHEAD: usize = 4;

/// Light mails that are written in one transaction, for which all other writers wait on SQLite.
const MAX_TOGETHER: usize = 8;

/// Looks at the mails in the order of their receipt; one that fails takes no other with it (R9).
pub(super) async fn run(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    let (app, account) = (&workers.app, batch.account);
    // Each in a task of its own: the next ones are read while one is written.
    let take_up = |job: &ClaimedJob| {
        let (app, id) = (app.clone(), IncomingMailId::new(job.subject_id));
        AbortOnDropHandle::new(tokio::spawn(async move { incoming::take_up(&app, account, id).await }))
    };
    let mut mails = pin!(stream::iter(&batch.jobs).map(take_up).buffered(READ_AHEAD));
    let (mut failed, mut left, mut light) = (None, batch.jobs.len(), Vec::new());
    while let Some(mail) = mails.next().await {
        left -= 1;
        let heavy = match mail {
            Ok(Ok(mail)) if mail.is_light() => {
                light.push(mail);
                None
            }
            Ok(Ok(mail)) => Some(mail),
            Ok(Err(failure)) => failed.replace(failure).and(None),
            Err(cut) => failed.replace(Failure::internal("a mail can't be read", cut)).and(None),
        };
        let durability = if left == 0 { Durability::Now } else { Durability::WithTheNext };
        if heavy.is_some() || light.len() == MAX_TOGETHER || left == 0 {
            let finished = incoming::finish_together(app, &std::mem::take(&mut light), durability).await;
            failed = finished.err().or(failed);
        }
        if let Some(mail) = heavy {
            failed = incoming::finish(app, &mail, durability).await.err().or(failed);
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
