//! `publish_comment`: lets held comments leave whose time has come. What that is, is [`held_comment`]'s.
//!
//! Given up, a comment stays held; `POST /v1/comments/{id}:send` publishes it.

use liaison_domain::id::CommentId;
use liaison_persistence::job;

use crate::{
    service::{Failure, held_comment},
    worker::{Batch, Workers},
};

/// One transaction a comment, so that one that fails takes no other with it (R9).
pub(super) async fn run(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    let (app, account, node) = (&*workers.app, batch.account, workers.node());
    let mut failed = None;
    for job in &batch.jobs {
        let published = async {
            let mut tx = app.database.write().await?;
            match held_comment::publish_due(&mut tx, app, account, CommentId::new(job.subject_id)).await? {
                Some(later) => job::reschedule(&mut tx, account, node, [(job.id, later)]).await?,
                None => job::finish(&mut tx, account, node, [job.id]).await?,
            }
            Ok(tx.commit().await?)
        };
        failed = published.await.err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}
