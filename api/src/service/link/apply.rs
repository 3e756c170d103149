//! Applies what another account has said: each stream in its order, each operation once. What came at the same time is
//! applied in one transaction, and each operation in one of its own where that fails.

use std::collections::{BTreeMap, HashMap};

use futures_util::future::try_join_all;
use liaison_domain::{
    audit::AuditAction,
    change::Change,
    id::{AccountId, LinkOperationId, StreamId},
    job::JobKind,
    link::{
        state::GrantState,
        wire::{Envelope, Operation, VERSION},
    },
};
use liaison_persistence::{
    change_feed,
    database::{Engine, WriteTx},
    job,
    link::{
        grant,
        stream::{self, IncomingRow, OperationRow, StreamRow},
    },
};

use super::{
    agreement, arrival,
    comments::{self, Ignored},
    forwarded,
    log::{About, note},
    opening,
};
use crate::{
    app::App,
    service::{Failure, collision::until_clear},
};

/// Operations that are applied in one transaction, for which all other writers wait on SQLite.
const MAX_TOGETHER: usize = 64;
/// Streams that they are taken from, so that none waits behind a long one.
const MAX_STREAMS: usize = 16;
/// Transactions of an account at once, each about other tasks, where the database has several writers.
const MAX_AT_ONCE: usize = 4;

/// Applies operations that have come, after those before them, and all that they held up. One that came early waits for the
/// missing one, which takes it along. Gives the failure of the last that failed; it holds up its own stream alone (R9).
pub async fn apply(app: &App, account: AccountId, ids: &[LinkOperationId]) -> Result<(), Failure> {
    match until_clear(|| apply_together(app, account, ids)).await {
        Ok(()) => return Ok(()),
        Err(failure) => tracing::debug!(error = failure.chain(), "operations are applied one by one"),
    }
    let mut failed = None;
    for id in ids {
        failed = until_clear(|| apply_alone(app, account, *id)).await.err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}

async fn apply_together(app: &App, account: AccountId, ids: &[LinkOperationId]) -> Result<(), Failure> {
    let rows = list_incoming(app, account, ids).await?;
    let n_parts = match app.database.engine() {
        Engine::Sqlite => 1,
        // A few take longer apart than together.
        Engine::Postgres => rows.len().div_ceil(MAX_STREAMS).min(MAX_AT_ONCE),
    };
    let parts = divide(&rows, n_parts);
    try_join_all(parts.into_iter().map(|it| apply_part(app, account, it))).await.map(drop)
}

/// Divides operations evenly, but never those about one task, nor those about none yet: tasks begin in their order.
fn divide(mut rows: &[IncomingRow], n_parts: usize) -> Vec<&[IncomingRow]> {
    let size = rows.len().div_ceil(n_parts.max(1));
    let mut parts = Vec::new();
    while !rows.is_empty() {
        let mut n = 0;
        for task in rows.chunk_by(|a, b| a.task_id == b.task_id) {
            n += task.len();
            if n >= size {
                break;
            }
        }
        let (part, rest) = rows.split_at_checked(n).unwrap_or((rows, &[]));
        parts.push(part);
        rows = rest;
    }
    parts
}

/// Applies operations and what they held up, and ends their jobs.
async fn apply_part(app: &App, account: AccountId, rows: &[IncomingRow]) -> Result<(), Failure> {
    let streams = rows.chunk_by(IncomingRow::is_with).filter_map(<[_]>::first);
    let mut streams: Vec<IncomingRow> = streams.copied().collect();
    loop {
        let mut tx = app.database.write().await?;
        let later = streams.split_off(streams.len().min(MAX_STREAMS));
        let limit = MAX_TOGETHER / streams.len().max(1);
        streams = step(&mut tx, app, account, &streams, limit).await.map_err(|it| it.failure)?;
        streams.extend(later);
        if streams.is_empty() {
            job::end_all(&mut tx, account, JobKind::ApplyLink, rows.iter().map(|it| it.id.uuid())).await?;
        }
        tx.commit().await?;
        if streams.is_empty() {
            return Ok(());
        }
    }
}

async fn apply_alone(app: &App, account: AccountId, id: LinkOperationId) -> Result<(), Failure> {
    for it in list_incoming(app, account, &[id]).await? {
        loop {
            let mut tx = app.database.write().await?;
            match step(&mut tx, app, account, &[it], 1).await {
                Ok(left) if left.is_empty() => break,
                Ok(_) => tx.commit().await?,
                // What another operation fails of is that one's failure.
                Err(Stuck { at: Some(at), failure }) if at != id => {
                    tracing::debug!(%account, operation = %at, error = failure.chain(), "an operation is held up");
                    break;
                }
                Err(Stuck { failure, .. }) => return Err(failure),
            }
        }
    }
    let mut tx = app.database.write_unsynced().await?;
    job::end(&mut tx, account, JobKind::ApplyLink, id.uuid()).await?;
    Ok(tx.commit().await?)
}

async fn list_incoming(
    app: &App,
    account: AccountId,
    ids: &[LinkOperationId],
) -> Result<Vec<IncomingRow>, Failure> {
    let mut tx = app.database.read_once().await?;
    Ok(stream::list_incoming(&mut tx, account, ids.iter().copied()).await?)
}

/// The operation that can't be applied, where it is one, and why.
struct Stuck {
    at: Option<LinkOperationId>,
    failure: Failure,
}

impl<E: Into<Failure>> From<E> for Stuck {
    fn from(error: E) -> Self {
        Self { at: None, failure: error.into() }
    }
}

/// Applies what is next in these streams, at most `limit` operations of each; gives those in which there may be more.
async fn step(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    streams: &[IncomingRow],
    limit: usize,
) -> Result<Vec<IncomingRow>, Stuck> {
    let known = stream::list(tx, account, streams).await?;
    let its = |it: &IncomingRow| known.get(&it.stream_id).copied().filter(|row| row.peer_id == it.peer_id);
    let known: Option<Vec<StreamRow>> = streams.iter().map(its).collect();
    let known = known.ok_or(Failure::Internal("the stream is another account's", None))?;
    let next = stream::lock_next(tx, account, &known, limit).await?;
    let mut counts: BTreeMap<StreamId, usize> = BTreeMap::new();
    for row in &next {
        *counts.entry(row.stream_id).or_default() += 1;
    }
    if !next.is_empty() {
        let applied = decide_all(tx, app, account, next).await?;
        stream::mark_applied(tx, account, &applied, app.env.now()).await?;
    }
    // Where somebody else has applied what was next meanwhile, there may be more, too.
    let idle: Vec<IncomingRow> =
        streams.iter().filter(|it| !counts.contains_key(&it.stream_id)).copied().collect();
    let now = if idle.is_empty() { HashMap::new() } else { stream::list(tx, account, &idle).await? };
    let has_more = |(it, was): &(&IncomingRow, &StreamRow)| {
        counts.get(&it.stream_id).is_some_and(|n| *n == limit)
            || now.get(&it.stream_id).is_some_and(|row| row.received != was.received)
    };
    Ok(streams.iter().zip(&known).filter(has_more).map(|(it, _)| *it).collect())
}

/// Applies operations in this order, comments that follow each other together; of each gives why it changed nothing.
async fn decide_all(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    rows: Vec<OperationRow>,
) -> Result<Vec<(OperationRow, Ignored)>, Stuck> {
    let mut opened = Vec::with_capacity(rows.len());
    for row in rows {
        let operation = open(&row).map_err(|failure| Stuck { at: Some(row.id), failure })?;
        opened.push((row, operation));
    }
    let mut applied = Vec::with_capacity(opened.len());
    let mut opened = opened.into_iter().peekable();
    while let Some((row, operation)) = opened.next() {
        let at = row.id;
        let stuck = |failure| Stuck { at: Some(at), failure };
        if let Operation::CommentAdded(added) = operation {
            let (mut rows, mut comments) = (vec![row], vec![*added]);
            while let Some((row, Operation::CommentAdded(added))) =
                opened.next_if(|(_, it)| matches!(it, Operation::CommentAdded(_)))
            {
                rows.push(row);
                comments.push(*added);
            }
            let came: Vec<_> = rows.iter().map(|it| it.stream_id).zip(comments).collect();
            let ignored = Box::pin(comments::arrive(tx, app, account, &came)).await.map_err(stuck)?;
            applied.extend(rows.into_iter().zip(ignored));
        } else {
            let ignored = Box::pin(decide(tx, app, account, &row, operation)).await.map_err(stuck)?;
            applied.push((row, ignored));
        }
    }
    for (row, because) in &applied {
        if let Some(because) = because {
            tracing::info!(%account, operation = %row.id, because, "a link's operation changed nothing");
        }
    }
    Ok(applied)
}

fn open(row: &OperationRow) -> Result<Operation, Failure> {
    let envelope: Envelope = serde_json::from_value(row.operation.0.clone())
        .map_err(|error| Failure::internal("an operation that this release does not know", error))?;
    if envelope.v > VERSION {
        return Err(Failure::Internal("an operation of a newer release", None));
    }
    Ok(envelope.operation)
}

/// Applies one operation; gives why it changed nothing where it did not.
async fn decide(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &OperationRow,
    operation: Operation,
) -> Result<Ignored, Failure> {
    let (stream, peer) = (row.stream_id, row.peer_id);
    match operation {
        Operation::LinkRequested(asked) => agreement::requested(tx, app, account, peer, stream, &asked).await,
        Operation::LinkAnswered { accepted } => agreement::answered(tx, app, account, stream, accepted).await,
        Operation::LinkEnded {} => {
            let Some(grant) = grant::find_by_stream(tx, account, stream).await? else {
                return Ok(Some("nothing was granted"));
            };
            grant::update_state(tx, account, grant.id, GrantState::Ended).await?;
            let about = About::received_by(&grant);
            note(tx, app, account, AuditAction::LinkEnded, None, about).await?;
            change_feed::append(tx, account, Change::LinkEnded, grant.employee_id.uuid(), app.env.now());
            Ok(None)
        }
        Operation::LinkOffered(offered) => forwarded::offered(tx, app, account, peer, &offered).await,
        Operation::TaskOpened(opened) => opening::open(tx, app, account, peer, stream, *opened).await,
        operation => arrival::go_on(tx, app, account, stream, operation).await,
    }
}

#[cfg(test)]
mod tests {
    use liaison_domain::id::TaskId;
    use uuid::Uuid;

    use super::*;

    #[track_caller]
    fn check(tasks: &[u128], n_parts: usize, sizes: &[usize]) {
        let row = |(n, task): (usize, &u128)| IncomingRow {
            id: LinkOperationId::new(Uuid::from_u128(n as u128)),
            stream_id: liaison_domain::id::StreamId::new(Uuid::from_u128(n as u128)),
            peer_id: AccountId::new(Uuid::nil()),
            task_id: (*task > 0).then(|| TaskId::new(Uuid::from_u128(*task))),
        };
        let rows: Vec<IncomingRow> = tasks.iter().enumerate().map(row).collect();
        let parts: Vec<usize> = divide(&rows, n_parts).iter().map(|it| it.len()).collect();
        assert_eq!(parts, sizes, "{tasks:?}");
    }

    #[test]
    fn what_is_about_one_task_stays_together() {
        check(&[], 4, &[]);
        check(&[1, 1, 1], 4, &[3]);
        check(&[1, 1, 2, 3, 3, 3, 4], 2, &[6, 1]);
        check(&[0, 0, 1, 2], 4, &[2, 1, 1]);
        check(&[0, 0, 1, 1], 1, &[4]);
    }
}
