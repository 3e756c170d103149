//! Signatures below mail to contacts: the account's, each employee's, and those that mails carry.

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use liaison_domain::id::{AccountId, PersonId};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    sql::{Json, Scalar},
};

struct CarriedRow {
    sha256: Vec<u8>,
    html: String,
}
record!(CarriedRow { sha256, html });

statements! {
    FIND_OF_ACCOUNT = ["SELECT signature_html AS value FROM account WHERE id = $1 AND signature_html IS NOT NULL"];
    UPDATE_OF_ACCOUNT = ["UPDATE account SET signature_html = $2 WHERE id = $1"];
    FIND_OF_EMPLOYEE = ["SELECT signature_html AS value FROM employee \
        WHERE account_id = $1 AND id = $2 AND signature_html IS NOT NULL"];
    UPDATE_OF_EMPLOYEE = ["UPDATE employee SET signature_html = $3 WHERE account_id = $1 AND id = $2"];
    INSERT_CARRIED = ["INSERT INTO mail_signature (account_id, sha256, html) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"];
    LIST_CARRIED = [
        "SELECT sha256, html FROM mail_signature WHERE account_id = $1 AND sha256 "
        {
            sqlite: "IN (SELECT unhex(value) FROM json_each($2))",
            postgres: "IN (SELECT decode(value, 'hex') FROM jsonb_array_elements_text($2))"
        }
        " ORDER BY sha256"
    ];
}

pub async fn find_of_account(tx: &mut dyn Tx, account: AccountId) -> Result<Option<String>, StorageError> {
    Ok(db!(tx, fetch_optional::<Scalar<String>>(FIND_OF_ACCOUNT, account))?.map(|it| it.0))
}

pub async fn update_of_account(
    tx: &mut WriteTx,
    account: AccountId,
    html: Option<&str>,
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_OF_ACCOUNT, account, html.map(ToOwned::to_owned))).map(drop)
}

pub async fn find_of_employee(
    tx: &mut dyn Tx,
    account: AccountId,
    employee: PersonId,
) -> Result<Option<String>, StorageError> {
    Ok(db!(tx, fetch_optional::<Scalar<String>>(FIND_OF_EMPLOYEE, account, employee))?.map(|it| it.0))
}

pub async fn update_of_employee(
    tx: &mut WriteTx,
    account: AccountId,
    employee: PersonId,
    html: Option<&str>,
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_OF_EMPLOYEE, account, employee, html.map(ToOwned::to_owned))).map(drop)
}

/// Keeps a signature as mails carry it, once, whatever becomes of it where it was set.
pub async fn insert_carried(
    tx: &mut WriteTx,
    account: AccountId,
    sha256: &[u8],
    html: &str,
) -> Result<(), StorageError> {
    db!(tx, execute(INSERT_CARRIED, account, sha256, html)).map(drop)
}

/// The signatures that mails carry, by their digests in lower-case hex.
pub async fn list_carried(
    tx: &mut dyn Tx,
    account: AccountId,
    digests: &[String],
) -> Result<HashMap<String, String>, StorageError> {
    if digests.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = db!(tx, fetch_all::<CarriedRow>(LIST_CARRIED, account, Json(digests)))?;
    Ok(rows.into_iter().map(|it| (HEXLOWER.encode(&it.sha256), it.html)).collect())
}
