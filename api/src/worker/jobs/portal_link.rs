//! `send_portal_link`: mails contacts the links that they asked for. Who gets one is [`portal::request`]'s to say.

use liaison_domain::id::PersonId;
use liaison_persistence::job;

use crate::{
    service::{Failure, portal},
    worker::{Batch, Workers},
};

/// One transaction a link, so that one that fails takes no other with it (R9).
pub(super) async fn run(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    let (app, account, node) = (&*workers.app, batch.account, workers.node());
    let mut failed = None;
    for job in &batch.jobs {
        let sent = async {
            let mut tx = app.database.write().await?;
            portal::request::send(&mut tx, app, account, PersonId::new(job.subject_id)).await?;
            job::finish(&mut tx, account, node, [job.id]).await?;
            Ok(tx.commit().await?)
        };
        failed = sent.await.err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}
