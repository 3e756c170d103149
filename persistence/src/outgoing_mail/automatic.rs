//! Whom automatic mail went to.

use liaison_domain::{Timestamp, id::AccountId};

use crate::{database::Tx, error::StorageError, sql::Scalar};

statements! {
    /// Of all accounts.
    COUNT_ANSWERED = ["SELECT COUNT(*) AS value FROM (SELECT 1 FROM outgoing_mail \
        WHERE kind = 'task_from_mail' AND created_at > $1 LIMIT $2) AS answered"];
    LIST_ANSWERED = ["SELECT r.address_key AS value FROM outgoing_mail m \
        JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id \
        WHERE m.account_id = $1 AND m.kind = 'task_from_mail' AND m.created_at > $2 ORDER BY m.created_at DESC LIMIT $3"];
}

/// How many mails that began tasks were answered after `since`, over all accounts; counted up to `limit`.
pub async fn count_answered(tx: &mut dyn Tx, since: Timestamp, limit: u32) -> Result<i64, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_ANSWERED, since, i64::from(limit)))?.0)
}

/// The keys of the addresses that were answered after `since` because their mail began a task; the latest `limit`.
pub async fn list_answered(
    tx: &mut dyn Tx,
    account: AccountId,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<String>, StorageError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = db!(tx, fetch_all::<Scalar<String>>(LIST_ANSWERED, account, since, limit))?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}
