//! When each field of a mirrored task was changed last.

use std::collections::BTreeMap;

use liaison_domain::{
    id::{AccountId, TaskId},
    link::register::Stamp,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Rows, hex},
    sql::Json,
};

struct RegisterRow {
    field: String,
    clock: i64,
    by_account_id: Uuid,
}
record!(RegisterRow { field, clock, by_account_id });

#[derive(Serialize)]
struct NewRegister<'a> {
    field: &'a str,
    clock: i64,
    by_account_id: Hex,
}

statements! {
    LIST_REGISTERS = ["SELECT field, clock, by_account_id FROM task_register WHERE account_id = $1 AND task_id = $2 \
        ORDER BY field"];
    UPSERT_REGISTERS = [
        "INSERT INTO task_register (account_id, task_id, field, clock, by_account_id) "
        {
            sqlite: "SELECT $1, $2, value ->> 'field', value ->> 'clock', unhex(value ->> 'by_account_id') \
                FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, field, clock, by_account_id \
                FROM jsonb_to_recordset($3) AS r(field text, clock bigint, by_account_id uuid)"
        }
        " ON CONFLICT (account_id, task_id, field) DO UPDATE SET clock = excluded.clock, \
         by_account_id = excluded.by_account_id"
    ];
}

/// The stamps of a task's fields, by their names; fields that never changed are left out.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
) -> Result<BTreeMap<String, Stamp>, StorageError> {
    let rows = db!(tx, fetch_all::<RegisterRow>(LIST_REGISTERS, account, task))?;
    let stamp = |row: &RegisterRow| Stamp { clock: row.clock, account: row.by_account_id };
    Ok(rows.into_iter().map(|row| (row.field.clone(), stamp(&row))).collect())
}

/// Writes the stamps of fields that have changed; each field once.
pub async fn upsert(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    stamps: &BTreeMap<String, Stamp>,
) -> Result<(), StorageError> {
    if stamps.is_empty() {
        return Ok(());
    }
    let rows = stamps.iter().map(|(field, stamp)| NewRegister {
        field,
        clock: stamp.clock,
        by_account_id: hex(stamp.account),
    });
    let rows: Rows<NewRegister<'_>> = Json(rows.collect());
    db!(tx, execute(UPSERT_REGISTERS, account, task, rows)).map(drop)
}
