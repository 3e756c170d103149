//! What becomes of a received mail: its bytes are read off the async threads, [`judge`] loads the facts and decides,
//! [`apply`], [`new_task`] or [`report`] writes — all that follows from a mail in one transaction, guarded by the mail's
//! state, so that it follows once whoever works on it.
//!
//! Every mail ends in exactly one state (R10), and `explain` tells why. Start with [`work_on`]; [`ledger`] is what
//! administrators see, [`order`] what they may do.

mod answer;
mod apply;
pub(super) mod audience;
mod authenticity;
mod content;
mod explain;
mod files;
mod identity;
mod judge;
pub mod ledger;
mod matching;
mod new_task;
pub mod order;
pub mod reading;
pub mod rehearsal;
mod report;
mod sender;

use bytes::Bytes;
use liaison_domain::{
    change::Change,
    id::{AccountId, CommentId, IncomingMailId, TaskId},
    inbound::verdict::{Cause, IncomingState, Verdict},
    job::{JobKind, MAX_ATTEMPTS},
    refusal::Refusal,
};
use liaison_persistence::{
    account::{self, AccountRow},
    change_feed,
    database::{Tx, WriteTx},
    error::StorageError,
    incoming_mail::{self, IncomingMailRow, Outcome},
    job,
    sql::Json,
};
use tokio::sync::SemaphorePermit;

use self::{
    authenticity::Origin, explain::Explain, files::KeptFile, judge::Judged, new_task::NewTask,
    reading::Reading,
};
use super::{
    Failure,
    collision::until_clear,
    link::forwarded::{self, Forwarded},
};
use crate::app::App;

/// What a mail became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub state: IncomingState,
    pub cause: Option<Cause>,
    pub task: Option<TaskId>,
    pub comment: Option<CommentId>,
}

impl From<&IncomingMailRow> for Settled {
    fn from(row: &IncomingMailRow) -> Self {
        Self { state: row.state, cause: row.cause, task: row.task_id, comment: row.comment_id }
    }
}

/// A mail that was taken up to be worked on.
#[derive(Debug)]
pub struct TakenUp {
    row: IncomingMailRow,
    owner: AccountRow,
    reading: Reading,
    origin: Origin,
}

impl TakenUp {
    /// Whether it is soon written: no file has to be stored first.
    pub fn is_light(&self) -> bool {
        self.reading.mail.attachments.is_empty()
    }

    async fn judge(&self, tx: &mut dyn Tx, app: &App) -> Result<Judged, Failure> {
        judge::judge(tx, app, &self.owner, &self.row, &self.reading, &self.origin, None).await
    }
}

/// Larger mails, in bytes, are read in their turn only.
const MAX_READ_AHEAD: i64 = 256 * 1024;

/// Works on a mail that was committed. One that is settled already stays as it is. An error is a failure of ours: the
/// mail is as it was, and the same may be tried again.
///
/// Takes memory of several times the mail's size, so of the large ones only some are in hand at once.
pub async fn work_on(
    app: &App,
    account: AccountId,
    id: IncomingMailId,
    durability: Durability,
) -> Result<Settled, Failure> {
    let (row, owner) = load(app, account, id).await?;
    let _room = app.intake.room_for(row.size).await?;
    finish(app, &look_at(app, row, owner).await?, durability).await
}

/// Whether writing what became of a mail waits for the disk. Nobody is told of it before what follows from it is committed
/// in its turn, so of many mails only the last one has to wait, and takes the others along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    Now,
    WithTheNext,
}

/// Does what needs no transaction: reads the mail, and asks the DNS where it comes from. Changes nothing. None for a mail
/// that is too large to wait in memory for its turn.
pub async fn take_up(app: &App, account: AccountId, id: IncomingMailId) -> Result<Option<TakenUp>, Failure> {
    let (row, owner) = load(app, account, id).await?;
    if row.size > MAX_READ_AHEAD {
        return Ok(None);
    }
    look_at(app, row, owner).await.map(Some)
}

async fn load(
    app: &App,
    account: AccountId,
    id: IncomingMailId,
) -> Result<(IncomingMailRow, AccountRow), Failure> {
    let mut tx = app.database.read().await?;
    let row = incoming_mail::find(&mut tx, account, id).await?.ok_or_else(Refusal::not_found)?;
    let owner = account::find(&mut tx, account).await?.ok_or_else(Refusal::not_found)?;
    Ok((row, owner))
}

async fn look_at(app: &App, row: IncomingMailRow, owner: AccountRow) -> Result<TakenUp, Failure> {
    let raw = ledger::raw(app, owner.id, &row).await?;
    Ok(examine(app, row, owner, raw).await)
}

async fn examine(app: &App, row: IncomingMailRow, owner: AccountRow, raw: Bytes) -> TakenUp {
    let reading = reading::read(reading::delivered(&row, &raw)).await;
    let origin = match row.state {
        IncomingState::Received => Origin::find(app, &row, raw, &reading.mail).await,
        _settled => Origin::default(),
    };
    TakenUp { row, owner, reading, origin }
}

/// Decides what becomes of a mail, and writes it. Where another writer was faster it is decided anew: the contact, say,
/// that both would have made is there now.
pub async fn finish(app: &App, mail: &TakenUp, durability: Durability) -> Result<Settled, Failure> {
    until_clear(|| try_to_finish(app, mail, durability)).await
}

async fn try_to_finish(app: &App, mail: &TakenUp, durability: Durability) -> Result<Settled, Failure> {
    let mut tx = app.database.read().await?;
    let judged = mail.judge(&mut tx, app).await?;
    drop(tx);
    let files = match judged.verdict {
        Verdict::Comment { .. } | Verdict::NewTask { .. } => files::keep(app, &mail.reading.mail).await?,
        Verdict::Keep { .. } => Vec::new(),
    };
    let _turn = turn(app).await?;
    let mut tx = begin(app, durability).await?;
    let settled = close(&mut tx, app, mail, judged, &files).await?;
    tx.commit().await?;
    Ok(settled)
}

/// Finishes mails that are quick to write, in their order and in one transaction: what each costs the disk and the
/// database on its own is paid once. Where one of them fails, each is finished alone, so that it takes no other with it
/// (R9); gives the failure of the last that failed then.
pub async fn finish_together(app: &App, mails: &[TakenUp], durability: Durability) -> Result<(), Failure> {
    if mails.is_empty() {
        return Ok(());
    }
    match try_together(app, mails, durability).await {
        Ok(()) => return Ok(()),
        Err(error) => tracing::debug!(error = %error.chain(), "mails are finished one by one"),
    }
    let mut failed = None;
    for mail in mails {
        failed = finish(app, mail, durability).await.err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}

async fn try_together(app: &App, mails: &[TakenUp], durability: Durability) -> Result<(), Failure> {
    let _turn = turn(app).await?;
    let mut tx = begin(app, durability).await?;
    for mail in mails {
        // In the same transaction, for one may answer what another begins.
        let judged = mail.judge(&mut tx, app).await?;
        close(&mut tx, app, mail, judged, &[]).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn turn(app: &App) -> Result<SemaphorePermit<'_>, Failure> {
    let turn = app.intake.settling.acquire().await;
    turn.map_err(|error| Failure::internal("the intake has stopped", error))
}

async fn begin(app: &App, durability: Durability) -> Result<WriteTx, StorageError> {
    match durability {
        Durability::Now => app.database.write().await,
        Durability::WithTheNext => app.database.write_unsynced().await,
    }
}

/// Writes what became of a mail, unless somebody did, and ends its job.
async fn close(
    tx: &mut WriteTx,
    app: &App,
    mail: &TakenUp,
    judged: Judged,
    files: &[KeptFile],
) -> Result<Settled, Failure> {
    let (account, id) = (mail.owner.id, mail.row.id);
    let row = incoming_mail::lock(tx, account, id).await?.ok_or_else(Refusal::not_found)?;
    let settled = match row.state {
        IncomingState::Received if judged.is_postponed() => {
            postpone(tx, app, account, &row, judged.explain).await?;
            return Ok(Settled::from(&row));
        }
        IncomingState::Received => settle(tx, app, &mail.owner, &row, &mail.reading, judged, files).await?,
        _settled => Settled::from(&row),
    };
    job::end(tx, account, JobKind::ProcessMail, id.uuid()).await?;
    Ok(settled)
}

/// Has a mail looked at again when the DNS may answer.
async fn postpone(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &IncomingMailRow,
    explain: Explain,
) -> Result<(), Failure> {
    let explain = explain.into_steps();
    incoming_mail::update_state(tx, account, row.id, IncomingState::Received, &explain).await?;
    let at = authenticity::next_look(app, row);
    Ok(job::postpone(tx, account, JobKind::ProcessMail, row.id.uuid(), at).await?)
}

async fn settle(
    tx: &mut WriteTx,
    app: &App,
    owner: &AccountRow,
    row: &IncomingMailRow,
    reading: &Reading,
    mut judged: Judged,
    files: &[KeptFile],
) -> Result<Settled, Failure> {
    let account = owner.id;
    let mut explain = std::mem::take(&mut judged.explain);
    let outcome = |state, cause, task, comment, explain: Explain| Outcome {
        state,
        cause,
        message_id: matching::message_id(&reading.mail),
        content_hash: reading.content_hash.clone(),
        matched_by: judged.matched_by,
        task,
        comment,
        authentication: judged.authentication.clone().map(Json),
        hops: judged.hops,
        explain: explain.into_steps(),
    };
    // What writes much is boxed: it would make the future of every mail as large as that of the largest.
    let outcome = match judged.verdict {
        Verdict::Keep { state: state @ IncomingState::Bounce, cause } => {
            let place = report::apply(tx, app, account, row, reading, &mut explain).await?;
            let (task, comment) = place.map_or((None, None), |(task, comment)| (Some(task), comment));
            outcome(state, cause, task, comment, explain)
        }
        Verdict::Keep { state, cause } => outcome(state, cause, None, None, explain),
        Verdict::Comment { place, .. } => {
            let answer = apply::Answer { place, judged: &judged, row, reading, files };
            let (task, comment) = Box::pin(apply::apply(tx, app, account, &answer, &mut explain)).await?;
            outcome(IncomingState::Applied, None, Some(task), comment, explain)
        }
        Verdict::NewTask { follows } => {
            let new = NewTask { judged: &judged, row, reading, files, follows };
            let (task, comment) = Box::pin(new_task::begin(tx, app, owner, &new, &mut explain)).await?;
            outcome(IncomingState::Applied, None, Some(task), comment, explain)
        }
    };
    incoming_mail::update(tx, account, row.id, &outcome).await?;
    if outcome.state == IncomingState::Applied {
        let mail = Forwarded {
            recipients: &row.recipients.0,
            message_id: outcome.message_id.as_deref(),
            markers: &reading.markers,
        };
        forwarded::offer(tx, app, owner, mail).await?;
    }
    change_feed::append(tx, account, Change::MailReceived, row.id.uuid(), app.env.now());
    Ok(Settled { state: outcome.state, cause: outcome.cause, task: outcome.task, comment: outcome.comment })
}

/// Gives a mail up that our code failed on again and again; it stays, to be tried anew (R9).
pub async fn give_up(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    id: IncomingMailId,
) -> Result<(), Failure> {
    let Some(row) = incoming_mail::lock(tx, account, id).await? else { return Ok(()) };
    if row.state != IncomingState::Received {
        return Ok(());
    }
    let mut explain = Explain::default();
    let detail = format!("the server failed on it {MAX_ATTEMPTS} times; its log tells why");
    explain.add("verdict", IncomingState::Failed.as_str(), detail);
    incoming_mail::update_state(tx, account, id, IncomingState::Failed, &explain.into_steps()).await?;
    change_feed::append(tx, account, Change::MailReceived, id.uuid(), app.env.now());
    Ok(())
}
