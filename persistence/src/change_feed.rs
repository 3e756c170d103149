//! What changed in an account, in one order. Committed with the change itself.

use std::collections::{BTreeMap, BTreeSet};

use liaison_domain::{Timestamp, change::Change, id::AccountId};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    database::WriteTx,
    error::StorageError,
    list::{Hex, Moment, Rows, hex, moment},
    notification::live::{self, Heard},
    sql::Json,
};

statements! {
    /// The counter's row lock makes the sequence gapless and puts commits in its order.
    TAKE_SEQUENCES = ["UPDATE account_counter SET change_sequence = change_sequence + $2, \
        notice_sequence = notice_sequence + $3 WHERE account_id = $1 RETURNING change_sequence, notice_sequence"];
    INSERT_CHANGES = [
        "INSERT INTO change_feed (account_id, sequence, account_event, entity_kind, entity_id, at) "
        {
            sqlite: "SELECT $1, value ->> 'sequence', value ->> 'account_event', value ->> 'entity_kind', \
                unhex(value ->> 'entity_id'), value ->> 'at' FROM json_each($2)",
            postgres: "SELECT $1, sequence, account_event, entity_kind, entity_id, at FROM jsonb_to_recordset($2) \
                AS r(sequence bigint, account_event text, entity_kind text, entity_id uuid, at timestamptz)"
        }
    ];
}

/// What a transaction has to tell of each account.
pub(crate) type Changes = BTreeMap<AccountId, Vec<Noted>>;

#[derive(Debug)]
pub(crate) struct Noted {
    change: Change,
    id: Uuid,
    at: Timestamp,
}

/// The last of the numbers that a commit takes.
struct Taken {
    change_sequence: i64,
    notice_sequence: i64,
}
record!(Taken { change_sequence, notice_sequence });

#[derive(Serialize)]
struct Row {
    sequence: i64,
    account_event: &'static str,
    entity_kind: &'static str,
    entity_id: Hex,
    at: Moment,
}

/// Adds a change to the account's feed when the transaction commits. Not before: others of the account wait from there
/// on, and a counter that is always the last row to be locked is never part of a deadlock.
pub fn append(tx: &mut WriteTx, account: AccountId, change: Change, id: Uuid, at: Timestamp) {
    tx.changes.entry(account).or_default().push(Noted { change, id, at });
}

/// Writes what was appended, and puts the notices that it told or marked in their order; accounts in one order, for each is
/// a lock. Gives who has something to hear when it is committed.
pub(crate) async fn write(tx: &mut WriteTx) -> Result<Vec<Heard>, StorageError> {
    let (mut changes, mut touched) = (std::mem::take(&mut tx.changes), std::mem::take(&mut tx.touched));
    let accounts: BTreeSet<AccountId> = changes.keys().chain(touched.keys()).copied().collect();
    let mut heard = Vec::new();
    for account in accounts {
        let (noted, notices) =
            (changes.remove(&account).unwrap_or_default(), touched.remove(&account).unwrap_or_default());
        let n = i64::try_from(noted.len()).unwrap_or(i64::MAX);
        let one = i64::from(!notices.is_empty());
        let taken = db!(tx, fetch_one::<Taken>(TAKE_SEQUENCES, account, n, one))?;
        if !noted.is_empty() {
            insert(tx, account, taken.change_sequence - n + 1, noted).await?;
        }
        if !notices.is_empty() {
            heard.push(live::stamp(tx, account, taken.notice_sequence, notices).await?);
        }
    }
    Ok(heard)
}

async fn insert(
    tx: &mut WriteTx,
    account: AccountId,
    first: i64,
    noted: Vec<Noted>,
) -> Result<(), StorageError> {
    let row = |(sequence, it): (i64, Noted)| Row {
        sequence,
        account_event: it.change.as_str(),
        entity_kind: it.change.entity(),
        entity_id: hex(it.id),
        at: moment(it.at),
    };
    let rows: Rows<Row> = Json((first..).zip(noted).map(row).collect());
    db!(tx, execute(INSERT_CHANGES, account, rows)).map(drop)
}
