//! A forgotten password: who reads the mail of the address sets another one.

use liaison_domain::{
    account::AccountName, external_access::LinkPurpose, mail_address::EmailAddress, refusal::Code,
};
use liaison_persistence::{account, database::WriteTx};

use super::{address_of, invalid, send, take};
use crate::{
    app::App,
    service::{Failure, password, session::find_member},
};

/// Mails a link to whoever signs in to the account with the address. Whether anybody does is not told (S26), nor whether he
/// was mailed often enough already.
pub async fn request(
    tx: &mut WriteTx,
    app: &App,
    account: &AccountName,
    email: &EmailAddress,
) -> Result<(), Failure> {
    let identity = account::find_identity_by_email(tx, &email.key()).await?;
    let account = account::find_by_name(tx, account).await?;
    let Some((identity, account)) = identity.zip(account) else { return Ok(()) };
    let Some(member) = find_member(tx, account.id, &identity).await? else { return Ok(()) };
    let Ok(address) = EmailAddress::parse(&identity.email) else { return Ok(()) };
    match send(tx, app, account.id, member.person, &address, LinkPurpose::PasswordReset).await {
        Err(Failure::Refused(refusal)) if refusal.code == Code::RateLimited => Ok(()),
        sent => sent,
    }
}

/// Hashes the new password of whoever holds a link, before the transaction.
pub async fn prepare(app: &App, token: &str, given: String) -> Result<String, Failure> {
    password::require_good(&given)?;
    app.keys.open_password_token(token).ok_or_else(invalid)?;
    password::hash(&app.env, given).await
}

/// Uses the link up and sets the password; every session that began under the old one ends, in whichever account.
pub async fn complete(tx: &mut WriteTx, app: &App, token: &str, password_hash: &str) -> Result<(), Failure> {
    let (account, row) = take(tx, app, token, LinkPurpose::PasswordReset).await?;
    let identity = account::find_identity_by_email(tx, &address_of(&row)?.key()).await?;
    let identity = identity.ok_or_else(invalid)?;
    let member = find_member(tx, account, &identity).await?;
    member.filter(|it| it.person == row.link.person).ok_or_else(invalid)?;
    Ok(account::update_password(tx, identity.id, password_hash).await?)
}
