//! Applies what another account has said: each stream in its order, each operation once. What came at the same time is
//! applied in one transaction, and each operation in one of its own where that fails.

use futures_util::future::try_join_all;
use liaison_domain::{
    audit::AuditAction,
    change::Change,
    id::{AccountId, LinkOperationId},
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
        stream::{self, IncomingRow, OperationRow},
    },
};

use super::{
    agreement, arrival, forwarded,
    log::{About, note},
    opening,
};
use crate::{
    app::App,
    service::{Failure, collision::until_clear},
};

/// Operations that are applied in one transaction, for which all other writers wait on SQLite.
const MAX_TOGETHER: usize = 16;
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
        Engine::Postgres => MAX_AT_ONCE,
    };
    let parts = divide(&rows, n_parts);
    try_join_all(parts.into_iter().map(|it| apply_part(app, account, it))).await.map(drop)
}

/// Divides operations evenly, but never those about one task, nor those about none yet: tasks begin in their order.
fn divide(mut rows: &[IncomingRow], n_parts: usize) -> Vec<&[IncomingRow]> {
    let size = rows.len().div_ceil(n_parts);
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
    let mut streams = rows.chunk_by(IncomingRow::is_with).filter_map(<[_]>::first).peekable();
    loop {
        let (mut tx, mut room) = (app.database.write().await?, MAX_TOGETHER);
        while let Some(it) = streams.peek().filter(|_| room > 0) {
            let step = step(&mut tx, app, account, it, room).await.map_err(|it| it.failure)?;
            room -= step.applied;
            if step.is_last {
                streams.next();
            }
        }
        let is_done = streams.peek().is_none();
        if is_done {
            job::end_all(&mut tx, account, JobKind::ApplyLink, rows.iter().map(|it| it.id.uuid())).await?;
        }
        tx.commit().await?;
        if is_done {
            return Ok(());
        }
    }
}

async fn apply_alone(app: &App, account: AccountId, id: LinkOperationId) -> Result<(), Failure> {
    for it in list_incoming(app, account, &[id]).await? {
        loop {
            let mut tx = app.database.write().await?;
            match step(&mut tx, app, account, &it, 1).await {
                Ok(Step { is_last: true, .. }) => break,
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
    tx.commit().await?;
    Ok(())
}

async fn list_incoming(
    app: &App,
    account: AccountId,
    ids: &[LinkOperationId],
) -> Result<Vec<IncomingRow>, Failure> {
    let mut tx = app.database.read_once().await?;
    Ok(stream::list_incoming(&mut tx, account, ids.iter().copied()).await?)
}

/// How far a stream came.
struct Step {
    applied: usize,
    /// Nothing more has come in the stream.
    is_last: bool,
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

/// Applies what is next in a stream, at most `room` operations.
async fn step(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    it: &IncomingRow,
    room: usize,
) -> Result<Step, Stuck> {
    let IncomingRow { stream_id: stream, peer_id: peer, .. } = *it;
    let known = stream::get(tx, account, stream, peer).await?;
    if known.peer_id != peer {
        return Err(Failure::Internal("the stream is another account's", None).into());
    }
    let next = stream::lock_next(tx, account, it, known.received, room).await?;
    let Some(last) = next.last() else {
        // Where somebody else has applied it meanwhile, there may be more.
        let now = stream::get(tx, account, stream, peer).await?;
        return Ok(Step { applied: 0, is_last: now.received == known.received });
    };
    for row in &next {
        let stuck = |failure| Stuck { at: Some(row.id), failure };
        let ignored = Box::pin(decide(tx, app, account, row)).await.map_err(stuck)?;
        if let Some(because) = ignored {
            tracing::info!(%account, operation = %row.id, because, "a link's operation changed nothing");
        }
        stream::mark_applied(tx, account, row.id, app.env.now(), ignored).await?;
    }
    stream::advance(tx, account, last).await?;
    Ok(Step { applied: next.len(), is_last: next.len() < room })
}

/// Applies one operation; gives why it changed nothing where it did not.
async fn decide(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &OperationRow,
) -> Result<Option<&'static str>, Failure> {
    let envelope: Envelope = serde_json::from_value(row.operation.0.clone())
        .map_err(|error| Failure::internal("an operation that this release does not know", error))?;
    if envelope.v > VERSION {
        return Err(Failure::Internal("an operation of a newer release", None));
    }
    let (stream, peer) = (row.stream_id, row.peer_id);
    match envelope.operation {
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
