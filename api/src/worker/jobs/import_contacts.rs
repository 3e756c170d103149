//! `import_contacts`: takes in tables of contacts. What that is, is [`mod@run`]'s.
//!
//! Given up, an import is `failed`; the rows that it took in stay, and the same table may be taken in anew with
//! `ignore_existing`.

use liaison_domain::id::{AccountId, ContactImportId};
use liaison_persistence::{database::WriteTx, job};
use uuid::Uuid;

use crate::{
    service::{Failure, collision::until_clear, contact::import::run},
    worker::{Batch, Workers},
};

/// Several transactions a table, so that nobody waits for the whole of it.
pub(super) async fn run(workers: &Workers, batch: &mut Batch) -> Result<(), Failure> {
    batch.step_aside();
    let Ok(_turn) = workers.tables.acquire().await else { return Ok(()) };
    let (app, account, node) = (&*workers.app, batch.account, workers.node());
    for job in &batch.jobs {
        let id = ContactImportId::new(job.subject_id);
        let table = run::open(app, account, id).await?;
        let mut is_done = false;
        while !is_done {
            is_done = until_clear(async || {
                let mut tx = app.database.write().await?;
                let is_done = match &table {
                    Some(table) => run::advance(&mut tx, app, account, id, table).await?,
                    None => true,
                };
                if is_done {
                    job::finish(&mut tx, account, node, [job.id]).await?;
                }
                tx.commit().await?;
                Ok(is_done)
            })
            .await?;
        }
    }
    Ok(())
}

/// Says that an import was given up.
pub(super) async fn give_up(
    tx: &mut WriteTx,
    workers: &Workers,
    account: AccountId,
    subject: Uuid,
) -> Result<(), Failure> {
    let why = "The server failed at it several times.";
    run::give_up(tx, &workers.app, account, ContactImportId::new(subject), why).await
}
