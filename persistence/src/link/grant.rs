//! What employees let other accounts' people send to them.

use liaison_domain::{
    Timestamp,
    id::{AccountId, LinkGrantId, PersonId, StreamId},
    link::state::GrantState,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
};

/// An employee's leave for one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRow {
    pub id: LinkGrantId,
    pub employee_id: PersonId,
    pub stream_id: StreamId,
    pub peer_id: AccountId,
    /// The account's name.
    pub peer: String,
    pub remote_id: PersonId,
    pub state: GrantState,
    pub is_primary: bool,
    pub created_at: Timestamp,
}
record!(GrantRow { id, employee_id, stream_id, peer_id, peer, remote_id, state, is_primary, created_at });

macro_rules! columns {
    () => {
        "g.id, g.employee_id, g.stream_id, g.peer_id, a.name AS peer, g.remote_id, g.state, g.is_primary, g.created_at \
         FROM link_grant g JOIN account a ON a.id = g.peer_id WHERE g.account_id = $1"
    };
}

statements! {
    /// A later request of the same account for the same employee takes the place of the earlier.
    UPSERT_GRANT = ["INSERT INTO link_grant (account_id, id, employee_id, stream_id, peer_id, remote_id, state, is_primary, \
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        ON CONFLICT (account_id, employee_id, peer_id) DO UPDATE SET stream_id = excluded.stream_id, \
        remote_id = excluded.remote_id, state = excluded.state, is_primary = excluded.is_primary, \
        created_at = excluded.created_at"];
    UPDATE_GRANT_STATE = ["UPDATE link_grant SET state = $3 WHERE account_id = $1 AND id = $2"];
    FIND_GRANT = ["SELECT " columns!() " AND g.id = $2"];
    FIND_GRANT_BY_STREAM = ["SELECT " columns!() " AND g.stream_id = $2"];
    FIND_GRANT_OF = ["SELECT " columns!() " AND g.employee_id = $2 AND g.peer_id = $3"];
    LIST_GRANTS = ["SELECT " columns!() " AND g.employee_id = $2 ORDER BY g.created_at, g.id"];
}

/// Writes what was asked for and decided.
pub async fn upsert(tx: &mut WriteTx, account: AccountId, grant: &GrantRow) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            UPSERT_GRANT,
            account,
            grant.id,
            grant.employee_id,
            grant.stream_id,
            grant.peer_id,
            grant.remote_id,
            grant.state,
            grant.is_primary,
            grant.created_at
        )
    )
    .map(drop)
}

pub async fn update_state(
    tx: &mut WriteTx,
    account: AccountId,
    id: LinkGrantId,
    state: GrantState,
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_GRANT_STATE, account, id, state)).map(drop)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: LinkGrantId,
) -> Result<Option<GrantRow>, StorageError> {
    db!(tx, fetch_optional::<GrantRow>(FIND_GRANT, account, id))
}

pub async fn find_by_stream(
    tx: &mut dyn Tx,
    account: AccountId,
    stream: StreamId,
) -> Result<Option<GrantRow>, StorageError> {
    db!(tx, fetch_optional::<GrantRow>(FIND_GRANT_BY_STREAM, account, stream))
}

/// What an employee lets this account send.
pub async fn find_of(
    tx: &mut dyn Tx,
    account: AccountId,
    employee: PersonId,
    peer: AccountId,
) -> Result<Option<GrantRow>, StorageError> {
    db!(tx, fetch_optional::<GrantRow>(FIND_GRANT_OF, account, employee, peer))
}

/// Everybody whom an employee was asked by, oldest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    employee: PersonId,
) -> Result<Vec<GrantRow>, StorageError> {
    db!(tx, fetch_all::<GrantRow>(LIST_GRANTS, account, employee))
}
