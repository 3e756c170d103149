//! Taking mail in: whatever the way, raw bytes and envelope are committed before anybody is told that they were taken,
//! and a job is asked for that looks at the mail (R10).
//!
//! One row an account: a mail to addresses of two accounts is two mails from here on. Start with [`receive`]; [`mailbox`]
//! says which addresses are ours, [`queue`] commits many mails at once, [`lmtp`] is what the listener asks, [`fetched`] what brings the mail of external mailboxes.

pub mod fetched;
pub mod lmtp;
pub mod mailbox;
pub mod queue;

use std::net::IpAddr;

use bytes::Bytes;
use liaison_domain::{
    id::{AccountId, IncomingMailId},
    inbound::{
        verdict::{IncomingState, MAX_MAIL_BYTES},
        via::Via,
    },
    refusal::{Code, FieldCode, Refusal},
};
use liaison_persistence::incoming_mail::NewIncomingMail;

use super::Failure;
use crate::app::App;

/// A mail's way here.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub via: Via,
    /// The host that handed it over; none where that happened on this machine without a network.
    pub peer: Option<IpAddr>,
    /// The client of the peer, where the peer named it.
    pub client: Option<IpAddr>,
    /// What the peer's client called itself, where the peer named it.
    pub helo: Option<String>,
    /// Empty for `<>`.
    pub sender: String,
    pub recipients: Vec<String>,
}

/// A mail that is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub account: AccountId,
    pub id: IncomingMailId,
    pub state: IncomingState,
}

/// Takes a mail in for every account that its recipients name; refused as a whole where one of them is of no account. What
/// an account has no mailbox for it keeps all the same: whoever handed the mail in might ask nobody else to take it.
pub async fn receive(app: &App, envelope: Envelope, raw: Bytes) -> Result<Vec<Received>, Failure> {
    let recipients = get_accounts(app, &envelope.recipients, None).await?;
    let stored = store(app, &envelope, recipients, raw).await?;
    stored.into_iter().map(|(_, stored)| stored).collect()
}

/// The accounts in whose mail domains these addresses are, or the one account where it is given; each other address is
/// refused by name.
pub async fn get_accounts(
    app: &App,
    addresses: &[String],
    only: Option<AccountId>,
) -> Result<Vec<(AccountId, String)>, Failure> {
    let mut found: Vec<(AccountId, String)> = Vec::with_capacity(addresses.len());
    let mut refusal = Refusal::new(Code::UnknownRecipient, "There is no such account here.");
    for address in addresses {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        let account = mailbox::find_account(app, domain).await?;
        if let Some(account) = account.filter(|it| only.is_none_or(|only| only == *it)) {
            found.push((account, address.clone()));
        } else {
            refusal =
                refusal.at("?recipient", FieldCode::UnknownId, format!("{address} is in no account here"));
        }
    }
    if refusal.fields.is_empty() { Ok(found) } else { Err(refusal.into()) }
}

/// Stores a mail for accounts whose mailboxes were found before. Gives for each account, in the order in which it is first
/// named, whether its mail is committed; an error before that means that none is.
pub async fn store(
    app: &App,
    envelope: &Envelope,
    recipients: Vec<(AccountId, String)>,
    raw: Bytes,
) -> Result<Vec<(AccountId, Result<Received, Failure>)>, Failure> {
    let mut by_account: Vec<(AccountId, Vec<String>)> = Vec::new();
    for (account, address) in recipients {
        match by_account.iter_mut().find(|(it, _)| *it == account) {
            Some((_, addresses)) => addresses.push(address),
            None => by_account.push((account, vec![address])),
        }
    }
    let kept = app
        .storage
        .keep_bytes(&app.env, raw, MAX_MAIL_BYTES as u64)
        .await
        .map_err(|error| Failure::internal("a mail can't be stored", error))?;
    let mails = by_account.into_iter().map(async |(account, recipients)| {
        let mail = NewIncomingMail {
            id: app.env.id(),
            received_at: app.env.now(),
            via: envelope.via,
            peer: envelope.peer.map(|it| it.to_string()),
            client: envelope.client.map(|it| it.to_string()),
            helo: envelope.helo.clone(),
            envelope_sender: envelope.sender.clone(),
            recipients,
            size: kept.size.cast_signed(),
            sha256: kept.sha256.to_vec(),
            raw: kept.inline.clone(),
        };
        (account, app.intake.commit(account, app.env.id(), mail).await)
    });
    Ok(futures_util::future::join_all(mails).await)
}
