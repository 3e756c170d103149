//! Takes in what was fetched from an external mailbox. Its envelope is gone, but for what the mailbox's server wrote down;
//! whom it is for, the mailbox's owner said.
//!
//! A mail that comes twice, after a crash or because the server numbered its mails anew, is known by its bytes.

use std::net::IpAddr;

use bytes::Bytes;
use liaison_domain::{
    Timestamp,
    change::Change,
    id::AccountId,
    inbound::{
        matching::MatchedBy,
        verdict::{Cause, IncomingState, MAX_MAIL_BYTES},
        via::Via,
    },
};
use liaison_mailer::parse::{Limits, return_path};
use liaison_persistence::{
    change_feed,
    incoming_mail::{self, NewIncomingMail, Outcome, Step},
};

use super::{Envelope, Received, store};
use crate::{app::App, service::Failure};

/// Where a mail was fetched from, and whom it is for.
#[derive(Clone, Debug)]
pub struct Origin {
    pub account: AccountId,
    /// The server it was fetched from.
    pub peer: IpAddr,
    /// The address of ours that it is for.
    pub recipient: String,
}

/// Why a mail is only noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfetched {
    /// It has so many bytes.
    TooLarge { size: u64 },
    /// The server did not give it, however often it was asked.
    NotGiven { uid: u32 },
}

/// Takes a mail in; committed when this returns.
pub async fn take(app: &App, origin: &Origin, raw: Bytes) -> Result<Received, Failure> {
    let envelope = Envelope {
        via: Via::Imap,
        peer: Some(origin.peer),
        client: None,
        helo: None,
        sender: sender_of(&raw),
        recipients: vec![origin.recipient.clone()],
    };
    let recipients = vec![(origin.account, origin.recipient.clone())];
    let stored = store(app, &envelope, recipients, raw).await?.pop();
    stored.map_or(Err(Failure::Internal("a mail without an answer", None)), |(_, received)| received)
}

/// Notes a mail that stays where it is, with what is known of it, so that somebody sees that it is there.
pub async fn note(app: &App, origin: &Origin, header: Bytes, why: Unfetched) -> Result<(), Failure> {
    let (state, cause, detail) = match why {
        Unfetched::TooLarge { size } => {
            let max = MAX_MAIL_BYTES / (1024 * 1024);
            let detail = format!("it has {size} bytes; of a mail over {max} MB only the header is fetched");
            (IncomingState::Quarantined, Some(Cause::OverLimits), detail)
        }
        Unfetched::NotGiven { uid } => {
            let detail =
                format!("the mailbox's server does not give the mail with UID {uid}; it stays there, unread");
            (IncomingState::Failed, None, detail)
        }
    };
    let is_known_by_its_bytes = !header.is_empty();
    let sender = sender_of(&header);
    let kept = app.storage.keep_bytes(&app.env, header, MAX_MAIL_BYTES as u64).await;
    let kept = kept.map_err(|error| Failure::internal("a mail can't be stored", error))?;
    let mail = NewIncomingMail {
        id: app.env.id(),
        received_at: app.env.now(),
        via: Via::Imap,
        peer: Some(origin.peer.to_string()),
        client: None,
        helo: None,
        envelope_sender: sender,
        recipients: vec![origin.recipient.clone()],
        size: kept.size.cast_signed(),
        sha256: kept.sha256.to_vec(),
        raw: kept.inline,
    };
    let mut tx = app.database.write().await?;
    let (account, ever) = (origin.account, Timestamp::UNIX_EPOCH);
    if is_known_by_its_bytes
        && !incoming_mail::list_by_content(&mut tx, account, &mail.sha256, Via::Imap, ever).await?.is_empty()
    {
        return Ok(());
    }
    incoming_mail::insert_all(&mut tx, account, [&mail]).await?;
    let outcome = Outcome {
        state,
        cause,
        message_id: None,
        content_hash: mail.sha256.clone(),
        matched_by: MatchedBy::None,
        task: None,
        comment: None,
        authentication: None,
        hops: 0,
        explain: vec![Step { step: "fetch".to_owned(), verdict: state.to_string(), detail }],
    };
    incoming_mail::update(&mut tx, account, mail.id, &outcome).await?;
    change_feed::append(&mut tx, account, Change::MailReceived, mail.id.uuid(), app.env.now());
    Ok(tx.commit().await?)
}

/// Empty for the null sender, and where the mailbox's server wrote none down.
fn sender_of(raw: &[u8]) -> String {
    return_path(raw, &Limits::default()).unwrap_or_default()
}
