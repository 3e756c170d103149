//! How much mail leaves to an address.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    id::AccountId,
    pace::{Latest, Pace},
};

use crate::{database::Tx, error::StorageError, list::Texts};

struct LatestRow {
    address_key: String,
    last: Option<Timestamp>,
    first: Option<Timestamp>,
}
record!(LatestRow { address_key, last, first });

/// For each address when the last mail left or will leave, and the $4th before it; only what is after $3. Two steps into
/// an index each, however much waits.
macro_rules! latest {
    ($which:literal) => {
        concat!(
            "SELECT k.value AS address_key, \
             (SELECT r.leaves_at FROM outgoing_recipient r WHERE r.account_id = $1 AND r.address_key = k.value \
             AND r.leaves_at > $3",
            $which,
            " ORDER BY r.leaves_at DESC LIMIT 1) AS last, \
             (SELECT r.leaves_at FROM outgoing_recipient r WHERE r.account_id = $1 AND r.address_key = k.value \
             AND r.leaves_at > $3",
            $which,
            " ORDER BY r.leaves_at DESC LIMIT 1 OFFSET $4) AS first FROM "
        )
    };
}

statements! {
    LIST_LATEST = [
        latest!("")
        { sqlite: "json_each($2) AS k", postgres: "unnest(CAST($2 AS TEXT[])) AS k(value)" }
        " ORDER BY address_key"
    ];
    LIST_LATEST_AUTOMATIC = [
        latest!(" AND r.is_automatic = TRUE")
        { sqlite: "json_each($2) AS k", postgres: "unnest(CAST($2 AS TEXT[])) AS k(value)" }
        " ORDER BY address_key"
    ];
}

/// The latest mails to each of these addresses (given by their keys), as far as they count for the pace.
pub async fn list_latest(
    tx: &mut dyn Tx,
    account: AccountId,
    keys: impl IntoIterator<Item = String>,
    pace: Pace,
    now: Timestamp,
) -> Result<HashMap<String, Latest>, StorageError> {
    let (since, offset) = (now - pace.window, i64::from(pace.max) - 1);
    let rows = db!(tx, fetch_all::<LatestRow>(LIST_LATEST, account, Texts::new(keys), since, offset))?;
    Ok(rows.into_iter().filter_map(LatestRow::read).collect())
}

/// The same of those that no employee had a hand in.
pub async fn list_latest_automatic(
    tx: &mut dyn Tx,
    account: AccountId,
    keys: impl IntoIterator<Item = String>,
    pace: Pace,
    now: Timestamp,
) -> Result<HashMap<String, Latest>, StorageError> {
    let (since, offset) = (now - pace.window, i64::from(pace.max) - 1);
    let rows =
        db!(tx, fetch_all::<LatestRow>(LIST_LATEST_AUTOMATIC, account, Texts::new(keys), since, offset))?;
    Ok(rows.into_iter().filter_map(LatestRow::read).collect())
}

impl LatestRow {
    fn read(self) -> Option<(String, Latest)> {
        Some((self.address_key, Latest { last: self.last?, first_of_full_window: self.first }))
    }
}
