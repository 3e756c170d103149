//! Clears away what is past its time: the bytes of received mail, then its entries; how merges of contacts are undone.
//! Works in small steps, so that nobody waits for it, and again and again does no harm: every node may do it.

use std::time::Duration;

use chrono::TimeDelta;
use liaison_domain::{Timestamp, id::AccountId};
use liaison_persistence::{account, contact::merge, retention};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    service::{Failure, contact::merge::UNDOABLE},
};

/// The pause between two sweeps.
const PAUSE: Duration = Duration::from_hours(1);
/// Mails in one transaction.
const STEP: i64 = 200;
/// Accounts listed at once.
const ACCOUNTS: i64 = 200;

/// Sweeps until told to stop.
pub async fn run(app: &App, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            swept = sweep(app) => match swept {
                Ok(Swept { raws: 0, entries: 0 }) => {}
                Ok(Swept { raws, entries }) => tracing::info!(raws, entries, "mail past its time is cleared away"),
                Err(failure) => tracing::error!(error = failure.chain(), "mail past its time can't be cleared away"),
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// What a sweep cleared away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Mails whose bytes went; their entries stay.
    pub raws: usize,
    /// Mails that went whole.
    pub entries: usize,
}

/// Clears away what is past its time now, in all accounts.
pub async fn sweep(app: &App) -> Result<Swept, Failure> {
    let mut swept = Swept::default();
    let mut after = None;
    loop {
        let mut tx = app.database.read().await?;
        let accounts = account::list_ids(&mut tx, after, ACCOUNTS).await?;
        drop(tx);
        for id in &accounts {
            sweep_account(app, *id, &mut swept).await?;
        }
        after = accounts.last().copied();
        if after.is_none() {
            return Ok(swept);
        }
    }
}

async fn sweep_account(app: &App, account: AccountId, swept: &mut Swept) -> Result<(), Failure> {
    let now = app.env.now();
    let past = |days: u32| now - TimeDelta::days(days.into());
    let settings = &app.config.retention;
    let mut tx = app.database.write().await?;
    merge::forget(&mut tx, account, now - UNDOABLE).await?;
    tx.commit().await?;
    loop {
        let mut tx = app.database.write().await?;
        let step = retention::drop_raw(&mut tx, account, past(settings.raw_mail_days), now, STEP).await?;
        tx.commit().await?;
        discard(app, &step.released, now).await?;
        swept.raws += step.mails;
        if is_last(step.mails) {
            break;
        }
    }
    loop {
        let mut tx = app.database.write().await?;
        let step = retention::delete(&mut tx, account, past(settings.ledger_days), STEP).await?;
        tx.commit().await?;
        discard(app, &step.released, now).await?;
        swept.entries += step.mails;
        if is_last(step.mails) {
            return Ok(());
        }
    }
}

fn is_last(mails: usize) -> bool {
    i64::try_from(mails).unwrap_or(STEP) < STEP
}

/// Deletes content from the storage that no account holds any more. Content is written before the row that names it, so
/// it is taken away first and looked at then: what somebody has just written again goes back.
async fn discard(app: &App, released: &[Vec<u8>], now: Timestamp) -> Result<(), Failure> {
    for sha256 in released {
        let failed = |error| Failure::internal("content can't be cleared away", error);
        let Some(taken) = app.storage.take_away(sha256).await.map_err(failed)? else { continue };
        let mut tx = app.database.read().await?;
        let is_held = retention::is_held(&mut tx, sha256).await?;
        drop(tx);
        if is_held || taken.written_at > now - TimeDelta::days(1) {
            app.storage.put_back(sha256, taken).await.map_err(failed)?;
        } else {
            app.storage.destroy(taken).await.map_err(failed)?;
        }
    }
    Ok(())
}
