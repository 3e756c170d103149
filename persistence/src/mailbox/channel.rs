//! How a mailbox's servers are reached: the connection, the sealed password, how well it works (R11), and for IMAP how
//! far the INBOX was fetched.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    id::{AccountId, MailboxId},
    mailbox::{Channel, ConnectionSecurity, FailureClass, Health, LoginMethod, Position},
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    sql::Scalar,
};

/// One channel of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    pub mailbox_id: MailboxId,
    pub channel: Channel,
    pub host: String,
    pub port: i64,
    pub security: ConnectionSecurity,
    pub username: String,
    pub authentication: LoginMethod,
    pub key_id: String,
    pub sealed_password: Vec<u8>,
    pub last_success_at: Option<Timestamp>,
    pub last_error: Option<FailureClass>,
    pub last_error_at: Option<Timestamp>,
    pub consecutive_failures: i64,
    pub uid_validity: Option<i64>,
    pub last_uid: Option<i64>,
}
record!(ChannelRow {
    mailbox_id,
    channel,
    host,
    port,
    security,
    username,
    authentication,
    key_id,
    sealed_password,
    last_success_at,
    last_error,
    last_error_at,
    consecutive_failures,
    uid_validity,
    last_uid
});

impl ChannelRow {
    pub const fn health(&self) -> Health {
        Health {
            last_success_at: self.last_success_at,
            last_error: self.last_error,
            last_error_at: self.last_error_at,
            consecutive_failures: self.consecutive_failures,
        }
    }

    /// How far the INBOX was fetched; none where it never was.
    pub fn position(&self) -> Option<Position> {
        let (validity, last_uid) = (self.uid_validity?, self.last_uid?);
        Some(Position { validity: validity.try_into().ok()?, last_uid: last_uid.try_into().ok()? })
    }
}

/// How a channel is reached.
#[derive(Clone, Copy, Debug)]
pub struct Connection<'a> {
    pub mailbox: MailboxId,
    pub channel: Channel,
    pub host: &'a str,
    pub port: u16,
    pub security: ConnectionSecurity,
    pub username: &'a str,
    pub authentication: LoginMethod,
    pub key_id: &'a str,
    pub sealed_password: &'a [u8],
}

/// A sealed password wherever it stands.
#[derive(Clone, Debug)]
pub struct SecretRow {
    pub account_id: AccountId,
    pub mailbox_id: MailboxId,
    pub channel: Channel,
    pub key_id: String,
    pub sealed_password: Vec<u8>,
}
record!(SecretRow { account_id, mailbox_id, channel, key_id, sealed_password });

statements! {
    /// What was known of another connection is not true of this one.
    PUT_CHANNEL = ["INSERT INTO mailbox_channel (account_id, mailbox_id, channel, host, port, security, username, \
        key_id, sealed_password, authentication, consecutive_failures) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0) \
        ON CONFLICT (account_id, mailbox_id, channel) DO UPDATE SET host = excluded.host, port = excluded.port, \
        security = excluded.security, username = excluded.username, key_id = excluded.key_id, \
        sealed_password = excluded.sealed_password, authentication = excluded.authentication, last_success_at = NULL, last_error = NULL, last_error_at = NULL, \
        consecutive_failures = 0"];
    DELETE_CHANNEL = ["DELETE FROM mailbox_channel WHERE account_id = $1 AND mailbox_id = $2 AND channel = $3"];
    DELETE_CHANNELS = ["DELETE FROM mailbox_channel WHERE account_id = $1 AND mailbox_id = $2"];
    LIST_CHANNELS = [
        "SELECT mailbox_id, channel, host, port, security, username, authentication, key_id, sealed_password, \
         last_success_at, last_error, last_error_at, consecutive_failures, uid_validity, last_uid FROM mailbox_channel \
         WHERE account_id = $1 AND mailbox_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY mailbox_id, channel"
    ];
    /// Of many successes one a minute is written.
    UPDATE_SUCCESS = ["UPDATE mailbox_channel SET last_success_at = $4, consecutive_failures = 0 \
        WHERE account_id = $1 AND mailbox_id = $2 AND channel = $3 \
        AND (consecutive_failures > 0 OR last_success_at IS NULL OR last_success_at < $5)"];
    UPDATE_FAILURE = ["UPDATE mailbox_channel SET last_error = $4, last_error_at = $5, \
        consecutive_failures = consecutive_failures + 1 WHERE account_id = $1 AND mailbox_id = $2 AND channel = $3 \
        RETURNING consecutive_failures AS value"];
    /// A node that lost its lease moves nothing back.
    UPDATE_POSITION = ["UPDATE mailbox_channel SET uid_validity = $3, last_uid = $4 \
        WHERE account_id = $1 AND mailbox_id = $2 AND channel = 'imap' \
        AND (uid_validity IS NULL OR uid_validity <> $3 OR last_uid < $4)"];
    LIST_KEY_IDS = ["SELECT DISTINCT key_id AS value FROM mailbox_channel ORDER BY key_id"];
    LIST_SECRETS_OF_OTHER_KEYS = ["SELECT account_id, mailbox_id, channel, key_id, sealed_password FROM mailbox_channel \
        WHERE key_id <> $1 ORDER BY account_id, mailbox_id, channel LIMIT $2"];
    UPDATE_SECRET = ["UPDATE mailbox_channel SET key_id = $5, sealed_password = $6 \
        WHERE account_id = $1 AND mailbox_id = $2 AND channel = $3 AND key_id = $4"];
}

/// Writes how a channel is reached; what it was known for before is forgotten.
pub async fn put(tx: &mut WriteTx, account: AccountId, it: Connection<'_>) -> Result<(), StorageError> {
    let port = i64::from(it.port);
    db!(
        tx,
        execute(
            PUT_CHANNEL,
            account,
            it.mailbox,
            it.channel,
            it.host,
            port,
            it.security,
            it.username,
            it.key_id,
            it.sealed_password,
            it.authentication
        )
    )
    .map(drop)
}

pub async fn delete(
    tx: &mut WriteTx,
    account: AccountId,
    mailbox: MailboxId,
    channel: Channel,
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_CHANNEL, account, mailbox, channel)).map(drop)
}

pub async fn delete_all(
    tx: &mut WriteTx,
    account: AccountId,
    mailbox: MailboxId,
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_CHANNELS, account, mailbox)).map(drop)
}

/// The channels of these mailboxes.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    mailboxes: impl IntoIterator<Item = MailboxId>,
) -> Result<HashMap<MailboxId, Vec<ChannelRow>>, StorageError> {
    let ids = Ids::new(mailboxes.into_iter().map(MailboxId::uuid));
    let mut channels: HashMap<MailboxId, Vec<ChannelRow>> = HashMap::new();
    for row in db!(tx, fetch_all::<ChannelRow>(LIST_CHANNELS, account, ids))? {
        channels.entry(row.mailbox_id).or_default().push(row);
    }
    Ok(channels)
}

/// Says that a channel worked.
pub async fn succeed(
    tx: &mut WriteTx,
    account: AccountId,
    mailbox: MailboxId,
    channel: Channel,
    at: Timestamp,
) -> Result<(), StorageError> {
    let lately = at - chrono::TimeDelta::minutes(1);
    db!(tx, execute(UPDATE_SUCCESS, account, mailbox, channel, at, lately)).map(drop)
}

/// Says that a channel failed; gives the number of failures in a row, or none where the channel is gone.
pub async fn fail(
    tx: &mut WriteTx,
    account: AccountId,
    mailbox: MailboxId,
    channel: Channel,
    class: FailureClass,
    at: Timestamp,
) -> Result<Option<i64>, StorageError> {
    let failures =
        db!(tx, fetch_optional::<Scalar<i64>>(UPDATE_FAILURE, account, mailbox, channel, class, at))?;
    Ok(failures.map(|it| it.0))
}

/// Says how far the INBOX was fetched; never goes back under one validity.
pub async fn advance(
    tx: &mut WriteTx,
    account: AccountId,
    mailbox: MailboxId,
    position: Position,
) -> Result<(), StorageError> {
    let (validity, last_uid) = (i64::from(position.validity), i64::from(position.last_uid));
    db!(tx, execute(UPDATE_POSITION, account, mailbox, validity, last_uid)).map(drop)
}

/// The names of all keys that passwords are sealed with, over all accounts.
pub async fn list_key_ids(tx: &mut dyn Tx) -> Result<Vec<String>, StorageError> {
    let ids = db!(tx, fetch_all::<Scalar<String>>(LIST_KEY_IDS))?;
    Ok(ids.into_iter().map(|it| it.0).collect())
}

/// Passwords that are sealed with another key than this one, over all accounts; at most `limit`.
pub async fn list_secrets_of_other_keys(
    tx: &mut dyn Tx,
    key_id: &str,
    limit: i64,
) -> Result<Vec<SecretRow>, StorageError> {
    db!(tx, fetch_all::<SecretRow>(LIST_SECRETS_OF_OTHER_KEYS, key_id, limit))
}

/// Writes a password that was sealed anew, unless somebody wrote another one meanwhile.
pub async fn update_secret(
    tx: &mut WriteTx,
    old: &SecretRow,
    key_id: &str,
    sealed_password: &[u8],
) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            UPDATE_SECRET,
            old.account_id,
            old.mailbox_id,
            old.channel,
            old.key_id,
            key_id,
            sealed_password
        )
    )
    .map(drop)
}
