//! The keys that accounts' mail is signed with. The private halves are sealed before they get here.

use liaison_domain::{
    Timestamp,
    dkim::DkimAlgorithm,
    id::{AccountId, DkimKeyId},
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    page::{Cursor, Page, PageRequest},
    sql::Scalar,
};

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DkimKeyRow {
    pub account_id: AccountId,
    pub id: DkimKeyId,
    pub algorithm: DkimAlgorithm,
    pub selector: String,
    /// The value of its DNS record.
    pub record: String,
    /// Names the key that it is sealed with.
    pub key_id: String,
    pub sealed_key: Vec<u8>,
    pub created_at: Timestamp,
}
record!(DkimKeyRow { account_id, id, algorithm, selector, record, key_id, sealed_key, created_at });

macro_rules! columns {
    () => {
        "account_id, id, algorithm, selector, record, key_id, sealed_key, created_at"
    };
}

statements! {
    INSERT_DKIM_KEY = ["INSERT INTO dkim_key (account_id, id, algorithm, selector, record, key_id, sealed_key, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"];
    DELETE_DKIM_KEY = ["DELETE FROM dkim_key WHERE account_id = $1 AND id = $2"];
    /// Ids sort by the time of their making.
    LIST_DKIM_KEYS = ["SELECT " columns!() " FROM dkim_key WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"];
    LIST_ALL_DKIM_KEYS = ["SELECT " columns!() " FROM dkim_key WHERE account_id = $1 ORDER BY id"];
    LIST_SEALING_KEYS = ["SELECT DISTINCT key_id AS value FROM dkim_key ORDER BY key_id"];
    LIST_OF_OTHER_SEALING_KEYS = ["SELECT " columns!() " FROM dkim_key WHERE key_id <> $1 ORDER BY account_id, id LIMIT $2"];
    UPDATE_SEALED_KEY = ["UPDATE dkim_key SET key_id = $3, sealed_key = $4 WHERE account_id = $1 AND id = $2"];
}

pub async fn insert(tx: &mut WriteTx, new: &DkimKeyRow) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            INSERT_DKIM_KEY,
            new.account_id,
            new.id,
            new.algorithm,
            new.selector,
            new.record,
            new.key_id,
            new.sealed_key,
            new.created_at
        )
    )
    .map(drop)
}

/// Deletes a key; false where there is none.
pub async fn delete(tx: &mut WriteTx, account: AccountId, id: DkimKeyId) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(DELETE_DKIM_KEY, account, id))? == 1)
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<DkimKeyRow>, StorageError> {
    let rows = db!(tx, fetch_all::<DkimKeyRow>(LIST_DKIM_KEYS, account, page.before().id(), page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// All of an account, oldest first.
pub async fn list_all(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<DkimKeyRow>, StorageError> {
    db!(tx, fetch_all::<DkimKeyRow>(LIST_ALL_DKIM_KEYS, account))
}

/// The names of all keys that these are sealed with, over all accounts.
pub async fn list_sealing_keys(tx: &mut dyn Tx) -> Result<Vec<String>, StorageError> {
    let ids = db!(tx, fetch_all::<Scalar<String>>(LIST_SEALING_KEYS))?;
    Ok(ids.into_iter().map(|it| it.0).collect())
}

/// Those that are sealed with another key than this one, over all accounts; at most `limit`.
pub async fn list_of_other_sealing_keys(
    tx: &mut dyn Tx,
    key_id: &str,
    limit: i64,
) -> Result<Vec<DkimKeyRow>, StorageError> {
    db!(tx, fetch_all::<DkimKeyRow>(LIST_OF_OTHER_SEALING_KEYS, key_id, limit))
}

/// Writes a key that was sealed anew.
pub async fn update_sealed(
    tx: &mut WriteTx,
    old: &DkimKeyRow,
    key_id: &str,
    sealed_key: &[u8],
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_SEALED_KEY, old.account_id, old.id, key_id, sealed_key)).map(drop)
}
