//! What the LMTP listener asks: is this mailbox ours, and here is a mail for it.

use std::sync::Arc;

use liaison_domain::{id::AccountId, inbound::via::Via};

use super::{Envelope, mailbox, store};
use crate::{
    app::App,
    lmtp::{Intake, Outcome, ReceivedMail, RecipientVerdict},
    service::Failure,
};

/// The listener's view of the application.
#[derive(Debug)]
pub struct LmtpIntake(pub Arc<App>);

impl Intake for LmtpIntake {
    async fn recipient(&self, address: &str) -> RecipientVerdict {
        match mailbox::find(&self.0, address).await {
            Ok(Some(_)) => RecipientVerdict::Known,
            Ok(None) => RecipientVerdict::Unknown,
            Err(failure) => {
                tracing::error!(error = failure.chain(), "a mailbox can't be looked up");
                RecipientVerdict::TryLater
            }
        }
    }

    async fn accept(&self, mail: ReceivedMail) -> Vec<Outcome> {
        let accounts = match accounts(&self.0, &mail.recipients).await {
            Ok(accounts) => accounts,
            Err(failure) => return try_later(&failure),
        };
        let envelope = Envelope {
            via: Via::Lmtp,
            peer: mail.hop,
            client: mail.peer.address,
            helo: mail.peer.helo,
            sender: mail.envelope_sender,
            recipients: mail.recipients,
        };
        let named = accounts.iter().copied().zip(envelope.recipients.iter().cloned()).collect();
        match store(&self.0, &envelope, named, mail.raw).await {
            Ok(stored) => {
                let failed: Vec<AccountId> =
                    stored.iter().filter(|it| it.1.is_err()).map(|it| it.0).collect();
                let outcome = |it| if failed.contains(it) { Outcome::TryLater } else { Outcome::Stored };
                accounts.iter().map(outcome).collect()
            }
            Err(failure) => try_later(&failure),
        }
    }
}

/// The account of each recipient, whose mailbox was found when he was named.
async fn accounts(app: &App, recipients: &[String]) -> Result<Vec<AccountId>, Failure> {
    let mut accounts = Vec::with_capacity(recipients.len());
    for address in recipients {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        let account = mailbox::find_account(app, domain).await?;
        accounts.push(account.ok_or(Failure::Internal("an account that was there is gone", None))?);
    }
    Ok(accounts)
}

/// A recipient without an outcome is told to try later.
fn try_later(failure: &Failure) -> Vec<Outcome> {
    tracing::error!(error = failure.chain(), "a mail is not taken now");
    Vec::new()
}
