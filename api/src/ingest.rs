//! `liaison ingest`: takes mails from files, as the mail server would bring them, and looks at them at once.

use std::{io::Write as _, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use liaison_domain::{
    id::AccountId,
    inbound::{verdict::MAX_MAIL_BYTES, via::Via},
    mail_address::EmailAddress,
};
use liaison_persistence::task;

use crate::{
    app::App,
    service::{
        incoming::{self, Durability, Settled},
        intake::{self, Envelope},
    },
};

/// Which mails, and for whom.
#[derive(Debug, Args)]
pub struct Ingest {
    /// Mails as received (RFC 5322).
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// An address of ours that they are for; repeatable.
    #[arg(long = "recipient", required = true, value_name = "ADDRESS")]
    recipients: Vec<String>,
    /// The envelope's sender; without it `<>`.
    #[arg(long, value_name = "ADDRESS")]
    sender: Option<String>,
}

impl Ingest {
    /// Takes the files in order, and prints a line for each: its state, the task's number, the comment's id where it is one.
    pub async fn run(self, app: &App) -> anyhow::Result<()> {
        let sender = self.sender.map(|it| EmailAddress::parse(&it)).transpose().context("--sender")?;
        for file in &self.files {
            let raw = std::fs::read(file).with_context(|| file.display().to_string())?;
            anyhow::ensure!(raw.len() <= MAX_MAIL_BYTES, "{}: a mail has at most 25 MB", file.display());
            let envelope = Envelope {
                via: Via::Ingest,
                peer: None,
                client: None,
                helo: None,
                sender: sender.as_ref().map(ToString::to_string).unwrap_or_default(),
                recipients: self.recipients.clone(),
            };
            let received = intake::receive(app, envelope, raw.into()).await;
            for it in received.with_context(|| file.display().to_string())? {
                let work = incoming::work_on(app, it.account, it.id, Durability::Now);
                let settled = Box::pin(work).await?;
                let line = describe(app, it.account, settled).await?;
                writeln!(std::io::stdout(), "{}: {line}", file.display())?;
            }
        }
        Ok(())
    }
}

async fn describe(app: &App, account: AccountId, settled: Settled) -> anyhow::Result<String> {
    let state = settled.state;
    if let Some(task) = settled.task {
        let mut tx = app.database.read().await?;
        let number = task::find(&mut tx, account, task).await?.map(|it| it.number).unwrap_or_default();
        let comment = settled.comment.map(|it| format!(", comment {it}")).unwrap_or_default();
        return Ok(format!("{state}, task {number}{comment}"));
    }
    Ok(settled.cause.map_or_else(|| state.to_string(), |cause| format!("{state} ({cause})")))
}
