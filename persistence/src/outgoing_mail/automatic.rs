//! How much automatic mail leaves to an address.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    automatic::{Latest, MAX_IN_WINDOW},
    id::AccountId,
};

use crate::{database::Tx, error::StorageError, list::Texts, sql::Scalar};

struct LatestRow {
    address_key: String,
    last: Timestamp,
    first: Timestamp,
    count: i64,
}
record!(LatestRow { address_key, last, first, count });

statements! {
    /// Of each address the latest ones that left after $3 or will leave, at most $4.
    LIST_LATEST = [
        "SELECT address_key, MAX(automatic_at) AS last, MIN(automatic_at) AS first, COUNT(*) AS count FROM (\
           SELECT address_key, automatic_at, \
           ROW_NUMBER() OVER (PARTITION BY address_key ORDER BY automatic_at DESC) AS position \
           FROM outgoing_recipient WHERE account_id = $1 AND automatic_at > $3 AND address_key "
        { sqlite: "IN (SELECT value FROM json_each($2))", postgres: "= ANY($2)" }
        ") AS numbered WHERE position <= $4 GROUP BY address_key ORDER BY address_key"
    ];
    LIST_ANSWERED = ["SELECT r.address_key AS value FROM outgoing_mail m \
        JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id \
        WHERE m.account_id = $1 AND m.kind = 'task_from_mail' AND m.created_at > $2 ORDER BY m.created_at DESC LIMIT $3"];
}

/// The latest automatic mails to each of these addresses (given by their keys) that left after `since` or will leave.
pub async fn list_latest(
    tx: &mut impl Tx,
    account: AccountId,
    keys: impl IntoIterator<Item = String>,
    since: Timestamp,
) -> Result<HashMap<String, Latest>, StorageError> {
    let max = i64::from(MAX_IN_WINDOW);
    let rows = db!(tx, fetch_all::<LatestRow>(LIST_LATEST, account, Texts::new(keys), since, max))?;
    let latest = |it: LatestRow| {
        let first_of_full_window = (it.count == max).then_some(it.first);
        (it.address_key, Latest { last: it.last, first_of_full_window })
    };
    Ok(rows.into_iter().map(latest).collect())
}

/// The keys of the addresses that were answered after `since` because their mail began a task; the latest `limit`.
pub async fn list_answered(
    tx: &mut impl Tx,
    account: AccountId,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<String>, StorageError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = db!(tx, fetch_all::<Scalar<String>>(LIST_ANSWERED, account, since, limit))?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}
