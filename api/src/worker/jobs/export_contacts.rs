//! `export_contacts`: writes tables of contacts. What that is, is [`export`]'s.
//!
//! A table that was cut is written anew from its beginning. Given up, an export is `failed`; it can be asked for anew.

use liaison_domain::id::{AccountId, ContactExportId};
use liaison_persistence::{database::WriteTx, job};
use uuid::Uuid;

use crate::{
    service::{Failure, contact::export},
    worker::{Batch, Workers},
};

pub(super) async fn run(workers: &Workers, batch: &mut Batch) -> Result<(), Failure> {
    batch.step_aside();
    let Ok(_turn) = workers.tables.acquire().await else { return Ok(()) };
    let (app, account, node) = (&*workers.app, batch.account, workers.node());
    for job in &batch.jobs {
        let finished = export::write(app, account, ContactExportId::new(job.subject_id)).await?;
        let mut tx = app.database.write().await?;
        if let Some(finished) = finished {
            finished.record(&mut tx, app, account).await?;
        }
        job::finish(&mut tx, account, node, [job.id]).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Says that an export was given up.
pub(super) async fn give_up(
    tx: &mut WriteTx,
    workers: &Workers,
    account: AccountId,
    subject: Uuid,
) -> Result<(), Failure> {
    export::give_up(tx, &workers.app, account, ContactExportId::new(subject)).await
}
