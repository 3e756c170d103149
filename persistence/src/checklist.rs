//! The checklists of tasks.

use liaison_domain::{
    checklist::ChecklistItem,
    id::{AccountId, ChecklistItemId, TaskId},
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Moment, Rows, hex, in_ids, moment},
    sql::Json,
};

record!(ChecklistItem { id, position, text, done_at });

#[derive(Serialize)]
struct ItemRow<'a> {
    id: Hex,
    position: i64,
    text: &'a str,
    done_at: Option<Moment>,
}

statements! {
    LIST_ITEMS = ["SELECT id, position, text, done_at FROM checklist_item WHERE account_id = $1 AND task_id = $2 \
        ORDER BY position, id"];
    UPSERT_ITEMS = [
        "INSERT INTO checklist_item (account_id, task_id, id, position, text, done_at) "
        {
            sqlite: "SELECT $1, $2, unhex(value ->> 'id'), value ->> 'position', value ->> 'text', value ->> 'done_at' \
                FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, id, position, text, done_at FROM jsonb_to_recordset($3) \
                AS r(id uuid, position bigint, text text, done_at timestamptz)"
        }
        " ON CONFLICT (account_id, task_id, id) DO UPDATE SET position = excluded.position, text = excluded.text, \
         done_at = excluded.done_at"
    ];
    DELETE_ITEMS = [
        "DELETE FROM checklist_item WHERE account_id = $1 AND task_id = $2 AND id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
    ];
}

/// A task's items in their order.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
) -> Result<Vec<ChecklistItem>, StorageError> {
    db!(tx, fetch_all::<ChecklistItem>(LIST_ITEMS, account, task))
}

/// Writes items that are new or have changed; each once.
pub async fn upsert(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    items: &[ChecklistItem],
) -> Result<(), StorageError> {
    if items.is_empty() {
        return Ok(());
    }
    let rows = items.iter().map(|it| ItemRow {
        id: hex(it.id.uuid()),
        position: it.position,
        text: &it.text,
        done_at: it.done_at.map(moment),
    });
    let rows: Rows<ItemRow<'_>> = Json(rows.collect());
    db!(tx, execute(UPSERT_ITEMS, account, task, rows)).map(drop)
}

/// Deletes items; those that are not there are gone already.
pub async fn delete(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    items: impl IntoIterator<Item = ChecklistItemId>,
) -> Result<(), StorageError> {
    let ids = Ids::new(items.into_iter().map(ChecklistItemId::uuid));
    db!(tx, execute(DELETE_ITEMS, account, task, ids)).map(drop)
}
