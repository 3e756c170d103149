//! Account links: what is said to other accounts, and what is done about what they say.
//!
//! Nothing here touches rows of two accounts in one statement: an account writes what it has to say into its outbox
//! ([`say`]), the [`relay`] hands it over, and [`apply`] does it in the other account by its own rules. [`agreement`] is
//! about who may send to whom; [`crossing`] and [`edits`] about what leaves when something was written, [`opening`] and
//! [`arrival`] about what becomes of it; [`ending`] about how it stops.

pub mod agreement;
pub mod apply;
pub mod arrival;
pub mod checklist;
mod comments;
pub mod crossing;
pub mod directory;
pub mod edits;
pub mod ending;
pub mod forwarded;
mod log;
pub mod opening;
pub mod people;
pub mod primary;
pub mod relay;
pub mod report;
pub mod settings;
pub mod snapshot;

use liaison_domain::{
    id::{AccountId, LinkOperationId, StreamId, TaskId},
    job::JobKind,
    link::wire::Operation,
};
use liaison_persistence::{
    database::WriteTx,
    job,
    link::stream::{self, NewOperation},
    task,
};

use super::Failure;
use crate::app::App;

/// In which stream something is said, to whom, and about which task of ours.
#[derive(Clone, Copy, Debug)]
pub struct To {
    pub stream: StreamId,
    pub peer: AccountId,
    pub task: Option<TaskId>,
}

/// Writes what is said, in the transaction of what it tells of. It is handed over after the commit.
pub async fn say(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    to: To,
    operation: Operation,
) -> Result<LinkOperationId, Failure> {
    let (id, now): (LinkOperationId, _) = (app.env.id(), app.env.now());
    let To { stream, peer, task } = to;
    if let Some(task) = task {
        // The task before its streams: so does whoever applies what came, and nobody waits for another in a circle.
        task::find_to_change(tx, account, task).await?;
    }
    let operation = operation.sealed();
    let new = NewOperation { id, stream, peer, task, operation: &operation, at: now };
    stream::append(tx, account, &new).await?;
    job::enqueue(tx, account, JobKind::RelayLink, [(app.env.id(), id.uuid())], now).await?;
    Ok(id)
}
