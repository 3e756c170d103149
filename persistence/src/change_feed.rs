//! What changed in an account, in one order. Written with the change itself.

use liaison_domain::{Timestamp, id::AccountId};
use uuid::Uuid;

use crate::{database::WriteTx, error::StorageError, sql::Scalar};

statements! {
    /// The counter's row lock makes the sequence gapless and puts commits in its order.
    NEXT_SEQUENCE = ["UPDATE account_counter SET change_sequence = change_sequence + 1 WHERE account_id = $1 \
        RETURNING change_sequence AS value"];
    INSERT_CHANGE = ["INSERT INTO change_feed (account_id, sequence, account_event, entity_kind, entity_id, at) \
        VALUES ($1, $2, $3, $4, $5, $6)"];
}

/// A thing that changed.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// `<kind>.<what happened>`, such as `comment.created`.
    pub event: &'static str,
    pub kind: &'static str,
    pub id: Uuid,
}

/// Adds a change to the account's feed. Called last in a transaction: others of the account wait from here to the commit.
pub async fn append(
    tx: &mut WriteTx,
    account: AccountId,
    change: Change,
    at: Timestamp,
) -> Result<(), StorageError> {
    let sequence = db!(tx, fetch_one::<Scalar<i64>>(NEXT_SEQUENCE, account))?.0;
    db!(tx, execute(INSERT_CHANGE, account, sequence, change.event, change.kind, change.id, at)).map(drop)
}
