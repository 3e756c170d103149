//! Tasks: their rows. Whoever is in them stands in [`members`], what is listed of them in [`mod@list`], how whom they are about
//! passes down in [`counterparty`], the statuses that accounts make for themselves in [`custom_status`].

pub mod counterparty;
pub mod custom_status;
pub mod list;
pub mod members;

use std::collections::{BTreeSet, HashMap};

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId, TaskId},
    inbound::matching::OwnTask,
    task::Task,
    text,
};

use crate::{
    comment::Warning,
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    sql::{Json, Scalar},
};

pub use self::{
    list::{Direction, Filter, Order, SortKey, list, list_within},
    members::{
        Members, delete_member, insert_members, list_members, list_own_statuses, replace_members,
        update_own_statuses,
    },
};

record!(Task {
    id,
    number,
    title,
    description_html,
    description_text,
    status,
    custom_status_id,
    priority,
    start_at,
    deadline,
    parent_id,
    project_id,
    counterparty_id,
    company_access,
    incoming_mail_id,
    created_by,
    created_at,
    updated_at,
    closed_at,
    version
});

record!(OwnTask { id, number, title });

struct WarningsRow {
    id: TaskId,
    warnings: Json<Vec<Warning>>,
}
record!(WarningsRow { id, warnings });

/// The columns of a task, in the order of the struct.
macro_rules! columns {
    () => {
        "t.id, t.number, t.title, t.description_html, t.description_text, t.status, t.custom_status_id, t.priority, t.start_at, t.deadline, \
         t.parent_id, t.project_id, t.counterparty_id, t.company_access, t.incoming_mail_id, t.created_by, t.created_at, t.updated_at, t.closed_at, t.version"
    };
}

/// Joined to the roles `m`: the latest tasks, open or closed, that the person $2 takes part in, at most $3.
macro_rules! own {
    ($is_open:literal) => {
        concat!(
            " task t ON t.account_id = m.account_id AND t.id = m.task_id WHERE m.account_id = $1 AND m.person_id = $2 \
             AND m.is_open = ",
            $is_open,
            " AND m.role = (SELECT MIN(r.role) FROM task_role r WHERE r.account_id = $1 AND r.person_id = $2 \
             AND r.task_id = m.task_id) AND t.status <> 'draft' ORDER BY m.task_id DESC LIMIT $3"
        )
    };
}

statements! {
    /// The account's next number; its row lock keeps numbers without gaps.
    NEXT_NUMBER = ["UPDATE account_counter SET task_number = task_number + 1 WHERE account_id = $1 \
        RETURNING task_number AS value"];
    INSERT_TASK = ["INSERT INTO task (account_id, id, number, title, title_key, description_html, description_text, status, \
        priority, start_at, deadline, parent_id, project_id, counterparty_id, incoming_mail_id, warnings, created_by, \
        description_author_id, created_at, updated_at, closed_at, company_access, custom_status_id, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18, $19, $20, $21, $22, 1)"];
    UPDATE_TASK = ["UPDATE task SET title = $3, title_key = $4, \
        description_author_id = CASE WHEN description_html = $5 THEN description_author_id END, description_html = $5, description_text = $6, status = $7, \
        priority = $8, start_at = $9, deadline = $10, parent_id = $11, project_id = $12, counterparty_id = $13, \
        updated_at = $14, closed_at = $15, company_access = $17, custom_status_id = $18, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $16"];
    /// A comment or a change of people moves the task up in lists of what changed.
    TOUCH_TASKS = [
        "UPDATE task SET updated_at = $3, version = version + 1 WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
    ];
    FIND_TASK = ["SELECT " columns!() " FROM task t WHERE t.account_id = $1 AND t.id = $2"];
    /// Only PostgreSQL has several writers, so only it needs the row's lock.
    LIST_TASKS_TO_CHANGE = [
        "SELECT " columns!() " FROM task t WHERE t.account_id = $1 AND t.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY t.id"
        { sqlite: "", postgres: " FOR NO KEY UPDATE" }
    ];
    LIST_BY_IDS = [
        "SELECT " columns!() " FROM task t WHERE t.account_id = $1 AND t.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY t.id"
    ];
    /// Task addresses carry the number that people say (ADR-5).
    LIST_BY_NUMBERS = [
        "SELECT " columns!() " FROM task t WHERE t.account_id = $1 AND t.number "
        {
            sqlite: "IN (SELECT value FROM json_each($2))",
            postgres: "IN (SELECT CAST(jsonb_array_elements_text($2) AS BIGINT))"
        }
        " ORDER BY t.number"
    ];
    /// The open ones and the closed ones come in the order of their ids, so that this costs what it gives.
    LIST_OWN = ["SELECT id, number, title FROM (SELECT id, number, title FROM (\
        SELECT t.id, t.number, t.title FROM task_role m " { sqlite: "CROSS JOIN", postgres: "JOIN" } own!("TRUE")
        ") AS open UNION ALL SELECT id, number, title FROM (\
        SELECT t.id, t.number, t.title FROM task_role m " { sqlite: "CROSS JOIN", postgres: "JOIN" } own!("FALSE")
        ") AS closed) AS own ORDER BY id DESC LIMIT $3"];
    /// Whether $2 is $3 or stands above it.
    COUNT_ABOVE = ["WITH RECURSIVE above (id) AS (SELECT t.id FROM task t WHERE t.account_id = $1 AND t.id = $3 \
        UNION SELECT t.parent_id FROM task t JOIN above a ON t.id = a.id \
        WHERE t.account_id = $1 AND t.parent_id IS NOT NULL) \
        SELECT COUNT(*) AS value FROM above WHERE id = $2"];
    LIST_WARNINGS = [
        "SELECT t.id, t.warnings FROM task t WHERE t.account_id = $1 AND t.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY t.id"
    ];
}

/// The number for a new task.
pub async fn next_number(tx: &mut WriteTx, account: AccountId) -> Result<i64, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(NEXT_NUMBER, account))?.0)
}

pub async fn insert(
    tx: &mut WriteTx,
    account: AccountId,
    task: &Task,
    warnings: &[Warning],
) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            INSERT_TASK,
            account,
            task.id,
            task.number,
            task.title,
            text::fold(&task.title),
            task.description_html,
            task.description_text,
            task.status,
            task.priority,
            task.start_at,
            task.deadline,
            task.parent_id,
            task.project_id,
            task.counterparty_id,
            task.incoming_mail_id,
            Json(warnings),
            task.created_by,
            task.created_at,
            task.updated_at,
            task.closed_at,
            task.company_access,
            task.custom_status_id
        )
    )
    .map(drop)
}

/// Writes a task's fields; false where it is not at its `version` any more.
pub async fn update(tx: &mut WriteTx, account: AccountId, task: &Task) -> Result<bool, StorageError> {
    let rows = db!(
        tx,
        execute(
            UPDATE_TASK,
            account,
            task.id,
            task.title,
            text::fold(&task.title),
            task.description_html,
            task.description_text,
            task.status,
            task.priority,
            task.start_at,
            task.deadline,
            task.parent_id,
            task.project_id,
            task.counterparty_id,
            task.updated_at,
            task.closed_at,
            task.version,
            task.company_access,
            task.custom_status_id
        )
    )?;
    Ok(rows == 1)
}

/// Notes that something in the task changed.
pub async fn touch(
    tx: &mut WriteTx,
    account: AccountId,
    id: TaskId,
    at: Timestamp,
) -> Result<(), StorageError> {
    touch_all(tx, account, &[id].into(), at).await
}

/// Notes that something in the tasks changed.
pub async fn touch_all(
    tx: &mut WriteTx,
    account: AccountId,
    tasks: &BTreeSet<TaskId>,
    at: Timestamp,
) -> Result<(), StorageError> {
    if tasks.is_empty() {
        return Ok(());
    }
    db!(tx, execute(TOUCH_TASKS, account, Ids::new(tasks.iter().map(|it| it.uuid())), at)).map(drop)
}

pub async fn find(tx: &mut dyn Tx, account: AccountId, id: TaskId) -> Result<Option<Task>, StorageError> {
    db!(tx, fetch_optional::<Task>(FIND_TASK, account, id))
}

/// A task that nobody else changes until the end of the transaction.
pub async fn find_to_change(
    tx: &mut WriteTx,
    account: AccountId,
    id: TaskId,
) -> Result<Option<Task>, StorageError> {
    Ok(list_to_change(tx, account, &[id].into()).await?.remove(&id))
}

/// Tasks that nobody else changes until the end of the transaction; all who lock many do so in this order.
pub async fn list_to_change(
    tx: &mut WriteTx,
    account: AccountId,
    tasks: &BTreeSet<TaskId>,
) -> Result<HashMap<TaskId, Task>, StorageError> {
    let ids = Ids::new(tasks.iter().map(|it| it.uuid()));
    let tasks = db!(tx, fetch_all::<Task>(LIST_TASKS_TO_CHANGE, account, ids))?;
    Ok(tasks.into_iter().map(|task| (task.id, task)).collect())
}

/// Tasks, whoever may see them.
pub async fn list_by_ids(
    tx: &mut dyn Tx,
    account: AccountId,
    tasks: impl IntoIterator<Item = TaskId>,
) -> Result<HashMap<TaskId, Task>, StorageError> {
    let ids = Ids::new(tasks.into_iter().map(TaskId::uuid));
    let tasks = db!(tx, fetch_all::<Task>(LIST_BY_IDS, account, ids))?;
    Ok(tasks.into_iter().map(|task| (task.id, task)).collect())
}

pub async fn list_by_numbers(
    tx: &mut dyn Tx,
    account: AccountId,
    numbers: &[i64],
) -> Result<Vec<Task>, StorageError> {
    db!(tx, fetch_all::<Task>(LIST_BY_NUMBERS, account, Json(numbers)))
}

/// The latest tasks that a person takes part in, at most so many; no drafts, which nobody else knows of.
pub async fn list_own(
    tx: &mut dyn Tx,
    account: AccountId,
    person: PersonId,
    limit: i64,
) -> Result<Vec<OwnTask>, StorageError> {
    db!(tx, fetch_all::<OwnTask>(LIST_OWN, account, person, limit))
}

/// Whether `task` is `other` or stands above it.
pub async fn is_above(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    other: TaskId,
) -> Result<bool, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_ABOVE, account, task, other))?.0 > 0)
}

/// What was noticed when each task began.
pub async fn list_warnings(
    tx: &mut dyn Tx,
    account: AccountId,
    tasks: impl IntoIterator<Item = TaskId>,
) -> Result<HashMap<TaskId, Vec<Warning>>, StorageError> {
    let ids = Ids::new(tasks.into_iter().map(TaskId::uuid));
    let rows = db!(tx, fetch_all::<WarningsRow>(LIST_WARNINGS, account, ids))?;
    Ok(rows.into_iter().map(|row| (row.id, row.warnings.0)).collect())
}
