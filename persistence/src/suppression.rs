//! Addresses that no mail leaves to. One row an address, and one more where it is automatic mail alone; past its time a row
//! means nothing.

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId, SuppressionId},
    mail_address::EmailAddress,
    suppression::SuppressionCause,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::Texts,
    page::{Cursor, Page, PageRequest},
    sql::Scalar,
};

/// An address that no mail leaves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionRow {
    pub id: SuppressionId,
    pub address: String,
    /// See [`EmailAddress::key`].
    pub address_key: String,
    pub cause: SuppressionCause,
    /// Only mail that no person wrote does not leave.
    pub automatic_only: bool,
    pub reason: Option<String>,
    /// None: for good.
    pub until: Option<Timestamp>,
    pub created_at: Timestamp,
}
record!(SuppressionRow { id, address, address_key, cause, automatic_only, reason, until, created_at });

impl SuppressionRow {
    /// Whether it keeps a mail from leaving.
    pub const fn stops(&self, is_automatic: bool) -> bool {
        is_automatic || !self.automatic_only
    }
}

/// A suppression to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewSuppression<'a> {
    pub id: SuppressionId,
    pub address: &'a EmailAddress,
    pub cause: SuppressionCause,
    pub reason: Option<&'a str>,
    pub until: Option<Timestamp>,
    /// Who asked for it, where a person did.
    pub created_by: Option<PersonId>,
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, address, address_key, cause, automatic_only, reason, until, created_at"
    };
}

statements! {
    /// An address that is known keeps its id.
    UPSERT_SUPPRESSION = ["INSERT INTO mail_suppression (account_id, id, address, address_key, cause, reason, until, \
        created_by, created_at, automatic_only) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
        ON CONFLICT (account_id, address_key, automatic_only) DO UPDATE SET address = excluded.address, cause = excluded.cause, \
        reason = excluded.reason, until = excluded.until, created_by = excluded.created_by, \
        created_at = excluded.created_at RETURNING id AS value"];
    FIND_SUPPRESSION = ["SELECT " columns!() " FROM mail_suppression WHERE account_id = $1 AND id = $2 \
        AND (until > $3 OR until IS NULL)"];
    /// Newest first.
    LIST_SUPPRESSIONS = ["SELECT " columns!() " FROM mail_suppression WHERE account_id = $1 \
        AND (until > $2 OR until IS NULL) AND (address_key = $3 OR $3 IS NULL) AND (created_at, id) < ($4, $5) \
        ORDER BY created_at DESC, id DESC LIMIT $6"];
    LIST_BY_ADDRESSES = [
        "SELECT " columns!() " FROM mail_suppression WHERE account_id = $1 AND (until > $2 OR until IS NULL) \
         AND address_key "
        { sqlite: "IN (SELECT value FROM json_each($3))", postgres: "= ANY($3)" }
        " ORDER BY address_key"
    ];
    DELETE_SUPPRESSION = ["DELETE FROM mail_suppression WHERE account_id = $1 AND id = $2"];
}

/// Writes a suppression, or what is new of one; gives its id.
pub async fn upsert(
    tx: &mut WriteTx,
    account: AccountId,
    new: &NewSuppression<'_>,
) -> Result<SuppressionId, StorageError> {
    let id = db!(
        tx,
        fetch_one::<Scalar<SuppressionId>>(
            UPSERT_SUPPRESSION,
            account,
            new.id,
            new.address.as_str(),
            new.address.key(),
            new.cause,
            new.reason.map(str::to_owned),
            new.until,
            new.created_by,
            new.at,
            new.cause.is_of_automatic_only()
        )
    )?;
    Ok(id.0)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: SuppressionId,
    now: Timestamp,
) -> Result<Option<SuppressionRow>, StorageError> {
    db!(tx, fetch_optional::<SuppressionRow>(FIND_SUPPRESSION, account, id, now))
}

/// Those in force, newest first; that of one address where it is given.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    address: Option<&EmailAddress>,
    now: Timestamp,
    page: PageRequest,
) -> Result<Page<SuppressionRow>, StorageError> {
    let (before, key) = (page.before(), address.map(EmailAddress::key));
    let rows = db!(
        tx,
        fetch_all::<SuppressionRow>(
            LIST_SUPPRESSIONS,
            account,
            now,
            key,
            before.at(),
            before.id(),
            page.fetch()
        )
    )?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// Which of these addresses (given by their keys) no mail may leave to now, or no automatic mail.
pub async fn list_by_addresses(
    tx: &mut dyn Tx,
    account: AccountId,
    keys: impl IntoIterator<Item = String>,
    now: Timestamp,
) -> Result<Vec<SuppressionRow>, StorageError> {
    db!(tx, fetch_all::<SuppressionRow>(LIST_BY_ADDRESSES, account, now, Texts::new(keys)))
}

/// Lets mail leave to the address again.
pub async fn delete(tx: &mut WriteTx, account: AccountId, id: SuppressionId) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_SUPPRESSION, account, id)).map(drop)
}
