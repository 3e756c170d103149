//! Hands over what an account has said: as often as it takes, each stream in its order. The content of small files goes
//! along; large content lies in the storage that both share.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use liaison_domain::{
    id::{AccountId, LinkOperationId},
    job::JobKind,
};
use liaison_persistence::{
    file::{self, BlobRow},
    job,
    link::stream::{self, OperationRow},
};
use serde_json::Value;

use crate::{app::App, service::Failure};

/// Operations that are handed over at once.
const MAX_TOGETHER: i64 = 256;

/// Hands over all that waits in the streams of these operations, and ends their jobs. Nothing of the sender is locked
/// meanwhile: what is handed over twice is taken once.
pub async fn relay(app: &App, account: AccountId, operations: &[LinkOperationId]) -> Result<(), Failure> {
    loop {
        let mut tx = app.database.read_once().await?;
        let rows = stream::list_unsent(&mut tx, account, operations.iter().copied(), MAX_TOGETHER).await?;
        drop(tx);
        let is_all = rows.len() < usize::try_from(MAX_TOGETHER).unwrap_or(usize::MAX);
        let sent: Vec<LinkOperationId> = rows.iter().map(|it| it.id).collect();
        let mut peers: BTreeMap<AccountId, Vec<OperationRow>> = BTreeMap::new();
        for row in rows {
            peers.entry(row.peer_id).or_default().push(row);
        }
        for (peer, rows) in peers {
            let contents = contents(app, account, &rows).await?;
            deliver(app, account, peer, &rows, contents).await?;
        }
        let mut tx = app.database.write_unsynced().await?;
        stream::mark_sent(&mut tx, account, sent.iter().copied(), app.env.now()).await?;
        let ended = sent.iter().chain(operations.iter().filter(|_| is_all));
        job::end_all(&mut tx, account, JobKind::RelayLink, ended.map(|it| it.uuid())).await?;
        tx.commit().await?;
        if is_all {
            return Ok(());
        }
    }
}

/// The content of the files in these operations, by their digests. Only what the account has itself can it give on (S22).
async fn contents(
    app: &App,
    account: AccountId,
    rows: &[OperationRow],
) -> Result<BTreeMap<Vec<u8>, BlobRow>, Failure> {
    let mut contents = BTreeMap::new();
    let digests: BTreeSet<Vec<u8>> = rows.iter().flat_map(|it| digests(&it.operation.0)).collect();
    if digests.is_empty() {
        return Ok(contents);
    }
    let mut tx = app.database.read().await?;
    for digest in digests {
        let blob = file::find_blob(&mut tx, account, &digest).await?;
        let blob = blob.ok_or(Failure::Internal("a file that crosses has no content", None))?;
        contents.insert(digest, blob);
    }
    Ok(contents)
}

/// What the receiving account does: keeps what is new to it, contents in the order of their digests as everybody does, and
/// has it applied.
async fn deliver(
    app: &App,
    from: AccountId,
    to: AccountId,
    rows: &[OperationRow],
    contents: BTreeMap<Vec<u8>, BlobRow>,
) -> Result<(), Failure> {
    let now = app.env.now();
    let mut tx = app.database.write().await?;
    for (digest, BlobRow { size, content }) in contents {
        file::insert_content(&mut tx, to, &digest, size, content).await?;
    }
    let new = stream::receive(&mut tx, to, from, rows, now).await?;
    let jobs = new.iter().map(|it| (app.env.id(), it.uuid()));
    job::enqueue(&mut tx, to, JobKind::ApplyLink, jobs, now).await?;
    tx.commit().await?;
    Ok(())
}

/// The digests of all files in an operation, wherever they stand in it.
fn digests(operation: &Value) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut left = vec![operation];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(fields) => {
                let digest = fields.get("sha256").and_then(Value::as_str);
                found.extend(digest.and_then(|it| HEXLOWER.decode(it.as_bytes()).ok()));
                left.extend(fields.values());
            }
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_files_of_an_operation_are_found_by_their_digests() {
        let operation =
            json!({"files": [{"sha256": "00ff"}], "history": [{"files": [{"sha256": "01"}]}], "sha256": 1});
        let mut found = digests(&operation);
        found.sort();
        assert_eq!(found, [vec![0, 255], vec![1]]);
    }
}
