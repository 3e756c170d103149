//! Links by which people set the password that they sign in with: invitations, forgotten passwords.
//!
//! A link is mailed to an address and good once, for one purpose and a while; only `POST` takes its token (S8). [`letter`]
//! is the mail, [`acceptance`] what an invitation leads to, [`reset`] what becomes of a forgotten password.

pub mod acceptance;
pub mod letter;
pub mod reset;

use liaison_domain::{
    external_access::{LinkPurpose, PasswordLink},
    id::{AccountId, PasswordLinkId, PersonId},
    job::JobKind,
    mail_address::EmailAddress,
    refusal::{Code, Refusal},
};
use liaison_persistence::{
    database::{Tx, WriteTx},
    job,
    password_link::{self, LinkRow},
};

use super::Failure;
use crate::app::App;

/// Mails somebody a link in place of the one that he had; refused where too many left to him in short order (S3).
pub(super) async fn send(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    person: PersonId,
    address: &EmailAddress,
    purpose: LinkPurpose,
) -> Result<(), Failure> {
    let (env, now) = (&app.env, app.env.now());
    let before = password_link::find_latest(tx, account, person, purpose).await?;
    let too_many = || Refusal::new(Code::RateLimited, "Too many such mails left to him; wait an hour.");
    let mails = PasswordLink::next_mail(before.as_ref().map(|it| &it.link), now).ok_or_else(too_many)?;
    let link = PasswordLink {
        person,
        purpose,
        address: address.as_str().to_owned(),
        created_at: now,
        expires_at: now + purpose.time_to_live(),
        ended_at: None,
        mails,
    };
    let id: PasswordLinkId = env.id();
    password_link::upsert(tx, account, id, &link, &address.key()).await?;
    Ok(job::enqueue(tx, account, JobKind::SendPasswordLink, [(env.id(), id.uuid())], now).await?)
}

/// The link of a token, whether it is good or not.
async fn find_any(tx: &mut dyn Tx, app: &App, token: &str) -> Result<LinkRow, Failure> {
    let (account, id) = app.keys.open_password_token(token).ok_or_else(invalid)?;
    Ok(password_link::find(tx, account, id).await?.ok_or_else(invalid)?)
}

/// Uses a link up. Whatever is wrong with it sounds alike.
async fn take(
    tx: &mut WriteTx,
    app: &App,
    token: &str,
    purpose: LinkPurpose,
) -> Result<(AccountId, LinkRow), Failure> {
    let (account, id) = app.keys.open_password_token(token).ok_or_else(invalid)?;
    let found = password_link::find(tx, account, id).await?;
    let good = found.filter(|it| it.is_his && it.link.is_good(purpose, app.env.now()));
    let row = good.ok_or_else(invalid)?;
    if password_link::end(tx, account, id, app.env.now()).await? {
        Ok((account, row))
    } else {
        Err(invalid().into())
    }
}

fn address_of(row: &LinkRow) -> Result<EmailAddress, Refusal> {
    EmailAddress::parse(&row.link.address).map_err(|_source| invalid())
}

fn invalid() -> Refusal {
    Refusal::new(Code::InvalidLink, "The link is not good any more; ask for a new one.")
}
