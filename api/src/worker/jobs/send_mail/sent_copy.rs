//! A copy of what was sent, for the folder of sent mail of the mailbox that it left by (OUT-11).
//!
//! Saved when the mail's end is recorded, so that no copy can make a mail leave twice; a crash at that moment costs the copy.

use std::sync::Arc;

use liaison_domain::{id::AccountId, mailbox::Channel};
use liaison_mailer::inbox::{Inbox, InboxError};
use liaison_persistence::mailbox::channel::ChannelRow;

use crate::{
    app::App,
    service::{
        Failure,
        mailbox::{health, server},
    },
};

/// A message that was accepted, and where its copy goes.
#[derive(Debug)]
pub(super) struct SentCopy {
    pub(super) imap: ChannelRow,
    pub(super) message: Vec<u8>,
}

impl SentCopy {
    /// Saves the copy; where that fails, the mailbox's health tells.
    pub(super) async fn save(self, app: Arc<App>, account: AccountId) {
        if let Err(failure) = self.try_save(&app, account).await {
            tracing::error!(error = failure.chain(), "a copy of a sent mail can't be saved");
        }
    }

    async fn try_save(&self, app: &App, account: AccountId) -> Result<(), Failure> {
        let server = server::imap(app, account, &self.imap)?;
        let saved: Result<(), InboxError> =
            async { Inbox::open(&server).await?.append_sent(&self.message).await }.await;
        let Err(InboxError(class)) = saved else { return Ok(()) };
        let mailbox = self.imap.mailbox_id;
        tracing::info!(%mailbox, %class, "a copy of a sent mail was not taken");
        let mut tx = app.database.write().await?;
        health::record(&mut tx, app, account, mailbox, Channel::Imap, Some(class)).await?;
        Ok(tx.commit().await?)
    }
}
