//! What received mail leaves behind when its time is over: first its bytes, much later its entry.

use liaison_domain::{
    Timestamp,
    id::{AccountId, IncomingMailId},
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    sql::Scalar,
};

struct PastRow {
    id: IncomingMailId,
    sha256: Vec<u8>,
    /// Its bytes lie in the storage.
    is_large: bool,
}
record!(PastRow { id, sha256, is_large });

statements! {
    /// A mail that waits for a person or for us keeps its bytes: they are all that there is of it.
    LIST_RAW_PAST = ["SELECT id, sha256, raw IS NULL AS is_large FROM incoming_mail \
        WHERE account_id = $1 AND received_at < $2 AND raw_dropped_at IS NULL \
        AND state NOT IN ('received', 'quarantined', 'failed') ORDER BY received_at, id LIMIT $3"];
    LIST_LEDGER_PAST = ["SELECT id, sha256, raw IS NULL AND raw_dropped_at IS NULL AS is_large FROM incoming_mail \
        WHERE account_id = $1 AND received_at < $2 AND state <> 'received' ORDER BY received_at, id LIMIT $3"];
    DROP_RAW = [
        "UPDATE incoming_mail SET raw = NULL, raw_dropped_at = $2 WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
    ];
    DELETE_IDENTITIES = [
        "DELETE FROM incoming_identity WHERE account_id = $1 AND incoming_mail_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
    ];
    DELETE_JOBS = [
        "DELETE FROM job WHERE account_id = $1 AND kind = 'process_mail' AND subject_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
    ];
    DELETE_MAILS = [
        "DELETE FROM incoming_mail WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
    ];
    /// Content that neither a file nor another mail of the account has.
    DELETE_CONTENT = ["DELETE FROM blob WHERE account_id = $1 AND sha256 = $2 \
        AND NOT EXISTS (SELECT 1 FROM file f WHERE f.account_id = $1 AND f.sha256 = $2) \
        AND NOT EXISTS (SELECT 1 FROM incoming_mail m WHERE m.account_id = $1 AND m.sha256 = $2 \
        AND m.raw_dropped_at IS NULL)"];
    COUNT_HOLDERS = ["SELECT COUNT(*) AS value FROM blob WHERE sha256 = $1"];
}

/// What one step did.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Mails that the step was about.
    pub mails: usize,
    /// Digests of content in the storage that the account does not hold any more.
    pub released: Vec<Vec<u8>>,
}

/// Drops the bytes of up to `limit` settled mails that came before `before`; the oldest first.
pub async fn drop_raw(
    tx: &mut WriteTx,
    account: AccountId,
    before: Timestamp,
    now: Timestamp,
    limit: i64,
) -> Result<Step, StorageError> {
    let rows = db!(tx, fetch_all::<PastRow>(LIST_RAW_PAST, account, before, limit))?;
    db!(tx, execute(DROP_RAW, account, now, ids(&rows)))?;
    release(tx, account, rows).await
}

/// Deletes up to `limit` mails that came before `before` from the ledger, with what keeps their copies from being applied;
/// the oldest first.
pub async fn delete(
    tx: &mut WriteTx,
    account: AccountId,
    before: Timestamp,
    limit: i64,
) -> Result<Step, StorageError> {
    let rows = db!(tx, fetch_all::<PastRow>(LIST_LEDGER_PAST, account, before, limit))?;
    db!(tx, execute(DELETE_IDENTITIES, account, ids(&rows)))?;
    db!(tx, execute(DELETE_JOBS, account, ids(&rows)))?;
    db!(tx, execute(DELETE_MAILS, account, ids(&rows)))?;
    release(tx, account, rows).await
}

async fn release(tx: &mut WriteTx, account: AccountId, rows: Vec<PastRow>) -> Result<Step, StorageError> {
    let mut step = Step { mails: rows.len(), released: Vec::new() };
    for row in rows.into_iter().filter(|it| it.is_large) {
        if db!(tx, execute(DELETE_CONTENT, account, row.sha256))? == 1 {
            step.released.push(row.sha256);
        }
    }
    Ok(step)
}

/// Whether any account holds the content.
pub async fn is_held(tx: &mut dyn Tx, sha256: &[u8]) -> Result<bool, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_HOLDERS, sha256))?.0 > 0)
}

fn ids(rows: &[PastRow]) -> Ids {
    Ids::new(rows.iter().map(|it| it.id.uuid()))
}
