//! Whom tasks are about, passed on to the tasks below them (CT-4).

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId, ProjectId, TaskId},
};

use crate::{
    database::WriteTx,
    error::StorageError,
    list::{Ids, in_ids},
    sql::Scalar,
};

/// Tasks that are locked and changed by one statement.
const BATCH: usize = 500;

/// Joined to the tasks found so far, `s`: the ones right below that are about $3 too.
macro_rules! below {
    () => {
        " ON t.account_id = $1 AND t.parent_id = s.id AND t.counterparty_id = $3) SELECT id AS value FROM same ORDER BY id"
    };
}

statements! {
    LIST_OF_PROJECT = ["WITH RECURSIVE same (id) AS (SELECT t.id FROM task t WHERE t.account_id = $1 AND t.project_id = $2 \
        AND t.counterparty_id = $3 UNION SELECT t.id FROM same s "
        { sqlite: "CROSS JOIN task t INDEXED BY task_of_parent", postgres: "JOIN task t" } below!()];
    LIST_OF_PARENT = ["WITH RECURSIVE same (id) AS (SELECT t.id FROM task t WHERE t.account_id = $1 AND t.parent_id = $2 \
        AND t.counterparty_id = $3 UNION SELECT t.id FROM same s "
        { sqlite: "CROSS JOIN task t INDEXED BY task_of_parent", postgres: "JOIN task t" } below!()];
    /// Only PostgreSQL has several writers, so only it needs the rows' locks, in the order of all who lock many.
    LOCK_TASKS = [
        "SELECT t.id AS value FROM task t WHERE t.account_id = $1 AND t.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY t.id"
        { sqlite: "", postgres: " FOR NO KEY UPDATE" }
    ];
    PASS_ON = [
        "UPDATE task SET counterparty_id = $4, updated_at = $5, version = version + 1 WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " AND counterparty_id = $3 RETURNING id AS value"
    ];
}

/// What a counterparty is passed on from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    Project(ProjectId),
    Parent(TaskId),
}

/// The tasks below that are about the same one, and those below them. By their ids.
pub async fn list_same(
    tx: &mut WriteTx,
    account: AccountId,
    source: Source,
    old: PersonId,
) -> Result<Vec<TaskId>, StorageError> {
    let rows = match source {
        Source::Project(id) => db!(tx, fetch_all::<Scalar<TaskId>>(LIST_OF_PROJECT, account, id, old))?,
        Source::Parent(id) => db!(tx, fetch_all::<Scalar<TaskId>>(LIST_OF_PARENT, account, id, old))?,
    };
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Has nobody else change these tasks until the end of the transaction; they come by their ids.
pub async fn lock(tx: &mut WriteTx, account: AccountId, tasks: &[TaskId]) -> Result<(), StorageError> {
    for batch in tasks.chunks(BATCH) {
        let ids = Ids::new(batch.iter().map(|it| it.uuid()));
        db!(tx, fetch_all::<Scalar<TaskId>>(LOCK_TASKS, account, ids))?;
    }
    Ok(())
}

/// Has those of the tasks be about somebody else, or nobody, that are still about `old`; gives them.
pub async fn pass_on(
    tx: &mut WriteTx,
    account: AccountId,
    tasks: &[TaskId],
    old: PersonId,
    new: Option<PersonId>,
    at: Timestamp,
) -> Result<Vec<TaskId>, StorageError> {
    let mut passed = Vec::with_capacity(tasks.len());
    for batch in tasks.chunks(BATCH) {
        let ids = Ids::new(batch.iter().map(|it| it.uuid()));
        let rows = db!(tx, fetch_all::<Scalar<TaskId>>(PASS_ON, account, ids, old, new, at))?;
        passed.extend(rows.into_iter().map(|it| it.0));
    }
    Ok(passed)
}
