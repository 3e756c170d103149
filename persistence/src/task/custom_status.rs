//! An account's own statuses of tasks.

use std::collections::HashMap;

use liaison_domain::{
    id::{AccountId, TaskStatusId},
    task::custom::CustomStatus,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    sql::Scalar,
};

record!(CustomStatus { id, name, color, counts_as, position, created_at, version });

macro_rules! columns {
    () => {
        "id, name, color, counts_as, position, created_at, version"
    };
}

statements! {
    INSERT_STATUS = ["INSERT INTO task_status (account_id, id, name, color, counts_as, position, created_at, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1)"];
    UPDATE_STATUS = ["UPDATE task_status SET name = $3, color = $4, counts_as = $5, position = $6, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $7"];
    DELETE_STATUS = ["DELETE FROM task_status WHERE account_id = $1 AND id = $2 AND version = $3"];
    FIND_STATUS = ["SELECT " columns!() " FROM task_status WHERE account_id = $1 AND id = $2"];
    /// Only PostgreSQL has several writers: nobody deletes it, or has it count as another one, while somebody takes it.
    FIND_STATUS_TO_TAKE = ["SELECT " columns!() " FROM task_status WHERE account_id = $1 AND id = $2"
        { sqlite: "", postgres: " FOR KEY SHARE" }];
    FIND_STATUS_TO_CHANGE = ["SELECT " columns!() " FROM task_status WHERE account_id = $1 AND id = $2"
        { sqlite: "", postgres: " FOR UPDATE" }];
    LIST_STATUSES = ["SELECT " columns!() " FROM task_status WHERE account_id = $1 ORDER BY position, id"];
    LIST_BY_IDS = [
        "SELECT " columns!() " FROM task_status WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY id"
    ];
    COUNT_STATUSES = ["SELECT COUNT(*) AS value FROM task_status WHERE account_id = $1"];
    COUNT_USES = ["SELECT COUNT(*) AS value FROM (SELECT 1 FROM task WHERE account_id = $1 AND custom_status_id = $2 LIMIT 1) AS used"];
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, new: &CustomStatus) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            INSERT_STATUS,
            account,
            new.id,
            new.name,
            new.color,
            new.counts_as,
            new.position,
            new.created_at
        )
    )
    .map(drop)
}

/// Writes a status; false where it is not at its `version` any more.
pub async fn update(tx: &mut WriteTx, account: AccountId, row: &CustomStatus) -> Result<bool, StorageError> {
    let rows = db!(
        tx,
        execute(
            UPDATE_STATUS,
            account,
            row.id,
            row.name,
            row.color,
            row.counts_as,
            row.position,
            row.version
        )
    )?;
    Ok(rows == 1)
}

/// Takes away a status that no task has; false where it is not at `version` any more.
pub async fn delete(
    tx: &mut WriteTx,
    account: AccountId,
    id: TaskStatusId,
    version: i64,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(DELETE_STATUS, account, id, version))? == 1)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: TaskStatusId,
) -> Result<Option<CustomStatus>, StorageError> {
    db!(tx, fetch_optional::<CustomStatus>(FIND_STATUS, account, id))
}

/// A status that stays what it is until the end of the transaction.
pub async fn find_to_take(
    tx: &mut WriteTx,
    account: AccountId,
    id: TaskStatusId,
) -> Result<Option<CustomStatus>, StorageError> {
    db!(tx, fetch_optional::<CustomStatus>(FIND_STATUS_TO_TAKE, account, id))
}

/// A status that no task takes until the end of the transaction.
pub async fn find_to_change(
    tx: &mut WriteTx,
    account: AccountId,
    id: TaskStatusId,
) -> Result<Option<CustomStatus>, StorageError> {
    db!(tx, fetch_optional::<CustomStatus>(FIND_STATUS_TO_CHANGE, account, id))
}

/// All of the account, in their order.
pub async fn list(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<CustomStatus>, StorageError> {
    db!(tx, fetch_all::<CustomStatus>(LIST_STATUSES, account))
}

pub async fn list_by_ids(
    tx: &mut dyn Tx,
    account: AccountId,
    ids: impl IntoIterator<Item = TaskStatusId>,
) -> Result<HashMap<TaskStatusId, CustomStatus>, StorageError> {
    let ids: Vec<_> = ids.into_iter().map(TaskStatusId::uuid).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = db!(tx, fetch_all::<CustomStatus>(LIST_BY_IDS, account, Ids::new(ids)))?;
    Ok(rows.into_iter().map(|it| (it.id, it)).collect())
}

pub async fn count(tx: &mut dyn Tx, account: AccountId) -> Result<i64, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_STATUSES, account))?.0)
}

/// Whether a task has it.
pub async fn is_used(tx: &mut dyn Tx, account: AccountId, id: TaskStatusId) -> Result<bool, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_USES, account, id))?.0 > 0)
}
