//! What has left the account over links, and what came and could not be applied: for administrators.

use liaison_domain::{id::LinkOperationId, job::JobKind, refusal::Refusal};
use liaison_persistence::{
    database::{Tx, WriteTx},
    job,
    link::stream::{self, LeftRow, ParkedRow},
    page::{Page, PageRequest},
};

use crate::{
    app::App,
    service::{Failure, caller::StaffCaller},
};

/// Everything that has left, newest first.
pub async fn list_left(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    peer: Option<String>,
    page: PageRequest,
) -> Result<Page<LeftRow>, Failure> {
    caller.require_admin()?;
    Ok(stream::list_left(tx, caller.account, peer, page).await?)
}

/// What came and was given up, oldest first.
pub async fn list_parked(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    page: PageRequest,
) -> Result<Page<ParkedRow>, Failure> {
    caller.require_admin()?;
    Ok(stream::list_parked(tx, caller.account, page).await?)
}

/// Has an operation that was given up tried anew, and with it what waits behind it.
pub async fn retry(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    id: LinkOperationId,
) -> Result<(), Failure> {
    caller.require_admin()?;
    if !stream::is_parked(tx, caller.account, id).await? {
        return Err(Refusal::not_found().into());
    }
    let again = [(app.env.id(), id.uuid())];
    Ok(job::enqueue(tx, caller.account, JobKind::ApplyLink, again, app.env.now()).await?)
}
