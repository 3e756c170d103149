//! Answers kept so that a repeated request changes nothing.

use liaison_domain::Timestamp;
use uuid::Uuid;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
};

/// An answer that was given.
#[derive(Clone, Debug)]
pub struct AnswerRow {
    pub request_hash: Vec<u8>,
    pub status: i64,
    /// Sealed, because answers carry tokens.
    pub sealed_answer: Vec<u8>,
}
record!(AnswerRow { request_hash, status, sealed_answer });

statements! {
    FIND_ANSWER = ["SELECT request_hash, status, sealed_answer FROM idempotency \
        WHERE account_id = $1 AND caller_id = $2 AND key = $3 AND expires_at > $4"];
    /// An answer past its time gives way; one that is alive was there first.
    INSERT_ANSWER = ["INSERT INTO idempotency (account_id, caller_id, key, request_hash, status, sealed_answer, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account_id, caller_id, key) DO UPDATE SET \
        request_hash = excluded.request_hash, status = excluded.status, sealed_answer = excluded.sealed_answer, \
        expires_at = excluded.expires_at WHERE idempotency.expires_at <= $8"];
    DELETE_EXPIRED = ["DELETE FROM idempotency WHERE expires_at <= $1"];
}

/// Whose key it is: an account's id and a person's, or nil for requests from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    pub account: Uuid,
    pub caller: Uuid,
}

pub async fn find(
    tx: &mut dyn Tx,
    scope: Scope,
    key: &str,
    now: Timestamp,
) -> Result<Option<AnswerRow>, StorageError> {
    db!(tx, fetch_optional::<AnswerRow>(FIND_ANSWER, scope.account, scope.caller, key, now))
}

/// Keeps an answer; false where another request with the key was faster.
pub async fn insert(
    tx: &mut WriteTx,
    scope: Scope,
    key: &str,
    answer: &AnswerRow,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StorageError> {
    let rows = db!(
        tx,
        execute(
            INSERT_ANSWER,
            scope.account,
            scope.caller,
            key,
            answer.request_hash,
            answer.status,
            answer.sealed_answer,
            expires_at,
            now
        )
    )?;
    Ok(rows == 1)
}

/// Forgets what is past its time.
pub async fn delete_expired(tx: &mut WriteTx, now: Timestamp) -> Result<u64, StorageError> {
    db!(tx, execute(DELETE_EXPIRED, now))
}
