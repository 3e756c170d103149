//! Ends automatic mail to who asks for it by the link in one (RFC 8058, R37): to his address, of this account. What people
//! write to him leaves as before.

use chrono::TimeDelta;
use liaison_domain::{id::AccountId, language::Language, refusal::Refusal, suppression::SuppressionCause};
use liaison_persistence::{
    account,
    database::{Tx, WriteTx},
    outgoing_mail::subscriber::{self, SubscriberRow},
};

use super::{Failure, suppression};
use crate::{app::App, keys::MailLink};

/// How long a link ends anything, from when its mail was written.
const GOOD_FOR: TimeDelta = TimeDelta::days(180);

/// Whom a link is for.
#[derive(Clone, Debug)]
pub struct Subscriber {
    account_id: AccountId,
    pub address: String,
    pub language: Language,
    /// The title of the account whose mail it is.
    pub account: String,
}

/// Where the link leads; none where nobody said how this server is reached by https, which RFC 8058 asks for.
pub fn url(app: &App, link: MailLink) -> Option<String> {
    let base = app.config.public_url().filter(|it| it.starts_with("https://"))?;
    Some(format!("{base}/u/{}", app.keys.unsubscribe_token(link)))
}

/// Whom a token is for. Whatever is wrong with it sounds alike.
pub async fn get(tx: &mut dyn Tx, app: &App, token: &str) -> Result<Subscriber, Failure> {
    let link = app.keys.open_unsubscribe_token(token).ok_or_else(Refusal::not_found)?;
    let since = app.env.now() - GOOD_FOR;
    let found = subscriber::find(tx, link.account, link.mail, link.person, since).await?;
    let SubscriberRow { address, language } = found.ok_or_else(Refusal::not_found)?;
    let account = account::find(tx, link.account).await?.ok_or_else(Refusal::not_found)?;
    Ok(Subscriber { account_id: link.account, address, language, account: account.title })
}

/// Ends automatic mail to him; again does no harm.
pub async fn end(tx: &mut WriteTx, app: &App, subscriber: &Subscriber) -> Result<(), Failure> {
    let (account, cause) = (subscriber.account_id, SuppressionCause::Unsubscribed);
    suppression::suppress(tx, &app.env, account, &subscriber.address, cause, "by the link in a mail").await
}
