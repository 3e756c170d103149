//! Who stands in for an absent employee (NTF-10); one at most for each.

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId},
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
};

/// Who stands in, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeputyRow {
    pub deputy_id: PersonId,
    /// From the beginning where it is open.
    pub from_at: Option<Timestamp>,
    /// Without end where it is open.
    pub until_at: Option<Timestamp>,
}
record!(DeputyRow { deputy_id, from_at, until_at });

statements! {
    FIND_DEPUTY = ["SELECT deputy_id, from_at, until_at FROM deputy WHERE account_id = $1 AND person_id = $2"];
    UPSERT_DEPUTY = ["INSERT INTO deputy (account_id, person_id, deputy_id, from_at, until_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, person_id) DO UPDATE SET deputy_id = excluded.deputy_id, \
        from_at = excluded.from_at, until_at = excluded.until_at"];
    DELETE_DEPUTY = ["DELETE FROM deputy WHERE account_id = $1 AND person_id = $2"];
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    person: PersonId,
) -> Result<Option<DeputyRow>, StorageError> {
    db!(tx, fetch_optional::<DeputyRow>(FIND_DEPUTY, account, person))
}

pub async fn set(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    deputy: DeputyRow,
) -> Result<(), StorageError> {
    let DeputyRow { deputy_id, from_at, until_at } = deputy;
    db!(tx, execute(UPSERT_DEPUTY, account, person, deputy_id, from_at, until_at)).map(drop)
}

pub async fn delete(tx: &mut WriteTx, account: AccountId, person: PersonId) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_DEPUTY, account, person)).map(drop)
}
