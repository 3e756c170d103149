//! Tries a mailbox's servers: connects, logs in, asks whether mail is taken from its address, opens INBOX (OUT-8). Sends and
//! fetches nothing.

use liaison_domain::{
    mail_address::EmailAddress,
    mailbox::{Channel, FailureClass},
};
use liaison_mailer::{
    inbox::Inbox,
    transport::{MailTransport as _, SmtpTransport},
};

use super::{Mailbox, health, server};
use crate::{
    app::App,
    service::{Failure, caller::StaffCaller},
};

/// What a server said: where it failed, or nothing where all is well.
pub type Verdict = Result<(), FailureClass>;

/// What a mailbox's servers said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probed {
    pub smtp: Verdict,
    /// None where mail is not fetched.
    pub imap: Option<Verdict>,
}

/// Tries both servers at once, and records in the mailbox's health what they said.
pub async fn probe(app: &App, caller: &StaffCaller, mailbox: &Mailbox) -> Result<Probed, Failure> {
    let (smtp, imap) = tokio::join!(probe_smtp(app, caller, mailbox), probe_imap(app, caller, mailbox));
    let probed = Probed { smtp: smtp?, imap: imap? };
    let (account, id) = (caller.account, mailbox.row.id);
    let mut tx = app.database.write().await?;
    health::record(&mut tx, app, account, id, Channel::Smtp, probed.smtp.err()).await?;
    if let Some(imap) = probed.imap {
        health::record(&mut tx, app, account, id, Channel::Imap, imap.err()).await?;
    }
    tx.commit().await?;
    Ok(probed)
}

async fn probe_smtp(app: &App, caller: &StaffCaller, mailbox: &Mailbox) -> Result<Verdict, Failure> {
    let row = mailbox.smtp.as_ref().ok_or(Failure::Internal("a mailbox without SMTP", None))?;
    let sender = EmailAddress::parse(&mailbox.row.address);
    let sender = sender.map_err(|error| Failure::internal("a mailbox's address is none", error))?;
    // On a connection of its own: what is kept for the next mail says nothing of the password.
    let transport = SmtpTransport::new(server::smtp(app, caller.account, row)?);
    Ok(transport.check(&sender).await.map_err(|error| error.class()))
}

async fn probe_imap(app: &App, caller: &StaffCaller, mailbox: &Mailbox) -> Result<Option<Verdict>, Failure> {
    let Some(row) = &mailbox.imap else { return Ok(None) };
    let opened = Inbox::open(&server::imap(app, caller.account, row)?).await;
    Ok(Some(opened.map(drop).map_err(|error| error.0)))
}
