//! Applies what another account has said: each stream in its order, each operation once, in a transaction of its own.

use liaison_domain::{
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
    database::WriteTx,
    job,
    link::{
        grant,
        stream::{self, OperationRow},
    },
};

use super::{agreement, arrival, opening};
use crate::{app::App, service::Failure};

/// Applies an operation that has come, after those before it, and all that it held up. One that came early waits for the
/// missing one, which takes it along.
pub async fn apply(app: &App, account: AccountId, id: LinkOperationId) -> Result<(), Failure> {
    let mut tx = app.database.read().await?;
    let wanted = stream::find_incoming(&mut tx, account, id).await?;
    drop(tx);
    let mut is_going_on = wanted.is_some();
    while let Some(row) = wanted.as_ref().filter(|_| is_going_on) {
        match step(app, account, row).await {
            Ok(went_on) => is_going_on = went_on,
            // What another operation fails of is that one's failure.
            Err(Stuck { at, failure }) if at == id => return Err(failure),
            Err(Stuck { .. }) => is_going_on = false,
        }
    }
    let mut tx = app.database.write_unsynced().await?;
    job::end(&mut tx, account, JobKind::ApplyLink, id.uuid()).await?;
    Ok(tx.commit().await?)
}

/// An operation that can't be applied, and why.
struct Stuck {
    at: LinkOperationId,
    failure: Failure,
}

/// Applies what is next in the stream of `row`; false where nothing is.
async fn step(app: &App, account: AccountId, row: &OperationRow) -> Result<bool, Stuck> {
    let stuck = |at: LinkOperationId| move |failure: Failure| Stuck { at, failure };
    let mut tx = app.database.write().await.map_err(|it| stuck(row.id)(it.into()))?;
    let next = match find_next(&mut tx, account, row).await.map_err(stuck(row.id))? {
        Next::Operation(next) => next,
        Next::Overtaken => return Ok(true),
        Next::Nothing => return Ok(false),
    };
    let applied = Box::pin(decide(&mut tx, app, account, &next)).await.map_err(stuck(next.id))?;
    if let Some(because) = applied {
        tracing::info!(%account, operation = %next.id, because, "a link's operation changed nothing");
    }
    let done = stream::mark_applied(&mut tx, account, &next, app.env.now(), applied).await;
    done.map_err(|it| stuck(next.id)(it.into()))?;
    tx.commit().await.map_err(|it| stuck(next.id)(it.into()))?;
    app.wake.notify_waiters();
    Ok(true)
}

/// What there is to apply.
enum Next {
    Operation(OperationRow),
    /// Somebody else has applied it meanwhile.
    Overtaken,
    Nothing,
}

async fn find_next(tx: &mut WriteTx, account: AccountId, row: &OperationRow) -> Result<Next, Failure> {
    let (stream, peer) = (row.stream_id, row.peer_id);
    let known = stream::get(tx, account, stream, peer).await?;
    if known.peer_id != peer {
        return Err(Failure::Internal("the stream is another account's", None));
    }
    if let Some(next) = stream::lock_next(tx, account, stream, peer, known.received + 1).await? {
        return Ok(Next::Operation(next));
    }
    let now = stream::get(tx, account, stream, peer).await?;
    Ok(if now.received > known.received { Next::Overtaken } else { Next::Nothing })
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
            change_feed::append(tx, account, Change::LinkEnded, grant.employee_id.uuid(), app.env.now());
            Ok(None)
        }
        Operation::TaskOpened(opened) => opening::open(tx, app, account, peer, stream, *opened).await,
        operation => arrival::go_on(tx, app, account, stream, operation).await,
    }
}
