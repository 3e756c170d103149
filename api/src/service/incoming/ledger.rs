//! The ledger of received mail as people see it. A mail may be about anything, so it is for administrators; the mail that
//! brought a task or comment is for whoever sees that.

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use liaison_domain::{
    comment::Comment,
    file::File,
    id::{AccountId, FileId, IncomingMailId},
    inbound::{order::may_be_ordered, verdict::IncomingState},
    job::JobKind,
    refusal::{Code, Refusal},
    task::Task,
};
use liaison_mailer::buffer;
use liaison_persistence::{
    database::{Tx, WriteTx},
    incoming_mail::{self, CountRow, IncomingMailRow},
    job,
    page::{Page, PageRequest},
};

use crate::{
    app::App,
    service::{Failure, caller::StaffCaller},
};

pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    state: Option<IncomingState>,
    page: PageRequest,
) -> Result<Page<IncomingMailRow>, Failure> {
    caller.require_admin()?;
    Ok(incoming_mail::list(tx, caller.account, state, page).await?)
}

/// How many mails of the ledger stand where, and for what cause.
pub async fn count(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<Vec<CountRow>, Failure> {
    caller.require_admin()?;
    Ok(incoming_mail::count_by_state(tx, caller.account).await?)
}

pub async fn get(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    id: IncomingMailId,
) -> Result<IncomingMailRow, Failure> {
    caller.require_admin()?;
    Ok(incoming_mail::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?)
}

/// The mail that brought a comment which the caller sees.
pub async fn get_of_comment(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    comment: &Comment,
) -> Result<IncomingMailRow, Failure> {
    let id = comment.incoming_mail_id.ok_or_else(Refusal::not_found)?;
    Ok(incoming_mail::find(tx, caller.account, id).await?.ok_or_else(raw_gone)?)
}

/// The mail that began a task which the caller sees.
pub async fn get_of_task(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    task: &Task,
) -> Result<IncomingMailRow, Failure> {
    let id = task.incoming_mail_id.ok_or_else(Refusal::not_found)?;
    Ok(incoming_mail::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?)
}

/// A mail as a file, with its bytes where they are small.
pub async fn get_raw(
    tx: &mut dyn Tx,
    account: AccountId,
    row: &IncomingMailRow,
) -> Result<(File, Option<Bytes>), Failure> {
    require_raw(row)?;
    let file = File {
        id: FileId::new(row.id.uuid()),
        name: format!("{}.eml", row.id),
        content_type: "message/rfc822".to_owned(),
        size: row.size,
        sha256: row.sha256.clone(),
        created_at: row.received_at,
    };
    Ok((file, incoming_mail::find_raw(tx, account, row.id).await?))
}

fn require_raw(row: &IncomingMailRow) -> Result<(), Refusal> {
    if row.raw_dropped_at.is_some() { Err(raw_gone()) } else { Ok(()) }
}

fn raw_gone() -> Refusal {
    Refusal::new(Code::RawGone, "The mail's bytes were kept for as long as mail is kept.")
}

/// The bytes of a mail, wherever they lie.
pub async fn raw(app: &App, account: AccountId, row: &IncomingMailRow) -> Result<Bytes, Failure> {
    require_raw(row)?;
    let mut tx = app.database.read().await?;
    let small = incoming_mail::find_raw(&mut tx, account, row.id).await?;
    drop(tx);
    if let Some(raw) = small {
        return Ok(raw);
    }
    let unreadable = |error| Failure::internal("a mail's bytes can't be read", error);
    let stream = app.storage.read(&row.sha256, 0..row.size.cast_unsigned()).await.map_err(unreadable)?;
    let room = buffer::with_room(usize::try_from(row.size).unwrap_or_default());
    let joined = stream.try_fold(room, async |mut all, chunk| {
        all.extend_from_slice(&chunk);
        Ok(all)
    });
    Ok(joined.await.map_err(unreadable)?.into())
}

/// Has a mail looked at once more that waits for a person, or that our code failed on.
pub async fn reprocess(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    id: IncomingMailId,
) -> Result<IncomingMailRow, Failure> {
    caller.require_admin()?;
    let row = incoming_mail::lock(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?;
    require_raw(&row)?;
    if !(row.state == IncomingState::Failed || may_be_ordered(row.state, row.cause)) {
        let detail =
            "Only a mail that is quarantined, failed, or rejected for its sender can be looked at again.";
        return Err(Refusal::new(Code::NotRetryable, detail).into());
    }
    incoming_mail::update_state(tx, caller.account, id, IncomingState::Received, &[]).await?;
    let again = [(app.env.id(), id.uuid())];
    job::enqueue(tx, caller.account, JobKind::ProcessMail, again, app.env.now()).await?;
    get(tx, caller, id).await
}
