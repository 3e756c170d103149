//! The passwords of mailboxes: sealed for one account, mailbox and channel, opened where they are used, shown to nobody
//! (S18). Changing the key is [`rotate`].

use liaison_domain::{
    id::{AccountId, MailboxId},
    mailbox::Channel,
};
use liaison_persistence::mailbox::channel::{self, ChannelRow};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{app::App, keys::SealedSecret, service::Failure};

/// Passwords sealed anew in one transaction.
const BATCH: i64 = 100;

pub(super) fn seal(
    app: &App,
    account: AccountId,
    mailbox: MailboxId,
    channel: Channel,
    password: &SecretString,
) -> Result<SealedSecret, Failure> {
    let purpose = purpose(account, mailbox, channel);
    let sealed = app.keys.seal_secret(&app.env, &purpose, password.expose_secret().as_bytes());
    sealed.map_err(|error| Failure::internal("a password can't be sealed", error))
}

/// The password of a channel.
pub fn open(app: &App, account: AccountId, row: &ChannelRow) -> Result<SecretString, Failure> {
    let sealed = SealedSecret { key_id: row.key_id.clone(), bytes: row.sealed_password.clone() };
    let opened = app.keys.open_secret(&purpose(account, row.mailbox_id, row.channel), &sealed);
    let opened = opened.map_err(|error| Failure::internal("a password can't be opened", error))?;
    let text = String::from_utf8(opened);
    Ok(text.map_err(|_source| Failure::Internal("a password is no text", None))?.into())
}

/// Seals with the present key what is sealed with one before it; gives the number of passwords. Doing it again, or
/// beside a running server, does no harm.
pub async fn rotate(app: &App) -> Result<usize, Failure> {
    let mut n_sealed = 0;
    loop {
        let mut tx = app.database.write().await?;
        let old = channel::list_secrets_of_other_keys(&mut tx, app.keys.seal_id(), BATCH).await?;
        if old.is_empty() {
            return Ok(n_sealed);
        }
        for it in &old {
            let purpose = purpose(it.account_id, it.mailbox_id, it.channel);
            let sealed = SealedSecret { key_id: it.key_id.clone(), bytes: it.sealed_password.clone() };
            let anew = app.keys.open_secret(&purpose, &sealed);
            let anew = anew.and_then(|plain| app.keys.seal_secret(&app.env, &purpose, &plain));
            let anew = anew.map_err(|error| Failure::internal("a password can't be sealed anew", error))?;
            channel::update_secret(&mut tx, it, &anew.key_id, &anew.bytes).await?;
        }
        tx.commit().await?;
        n_sealed += old.len();
    }
}

/// The names of keys that passwords are sealed with and that nobody configured.
pub async fn list_missing_keys(app: &App) -> Result<Vec<String>, Failure> {
    let mut tx = app.database.read().await?;
    let used = channel::list_key_ids(&mut tx).await?;
    Ok(used.into_iter().filter(|it| !app.keys.can_open(it)).collect())
}

/// Whose password it is, and for which server: bound to what is sealed.
fn purpose(account: AccountId, mailbox: MailboxId, channel: Channel) -> Vec<u8> {
    let ids = [account.uuid(), mailbox.uuid()];
    let [account, mailbox] = ids.each_ref().map(|it| it.as_bytes().as_slice());
    [b"mailbox password", account, mailbox, channel.as_str().as_bytes()].concat()
}
