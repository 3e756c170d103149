//! Projects.

use std::collections::HashMap;

use liaison_domain::{
    id::{AccountId, ProjectId},
    project::Project,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    page::{Cursor, Page, PageRequest},
    sql::{Json, Scalar},
};

record!(Project { id, number, name, created_at, version });

statements! {
    /// The account's next number; its row lock keeps numbers without gaps.
    NEXT_NUMBER = ["UPDATE account_counter SET project_number = project_number + 1 WHERE account_id = $1 \
        RETURNING project_number AS value"];
    INSERT_PROJECT = ["INSERT INTO project (account_id, id, number, name, created_at, version) \
        VALUES ($1, $2, $3, $4, $5, 1)"];
    UPDATE_PROJECT = ["UPDATE project SET name = $3, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $4"];
    FIND_PROJECT = ["SELECT id, number, name, created_at, version FROM project WHERE account_id = $1 AND id = $2"];
    /// Of several the first that was made.
    FIND_BY_NAME = ["SELECT id, number, name, created_at, version FROM project WHERE account_id = $1 AND name = $2 \
        ORDER BY number LIMIT 1"];
    /// Project addresses carry the number that people say (ADR-5).
    LIST_BY_NUMBERS = [
        "SELECT id, number, name, created_at, version FROM project WHERE account_id = $1 AND number "
        {
            sqlite: "IN (SELECT value FROM json_each($2))",
            postgres: "IN (SELECT CAST(jsonb_array_elements_text($2) AS BIGINT))"
        }
        " ORDER BY number"
    ];
    LIST_BY_IDS = [
        "SELECT id, number, name, created_at, version FROM project WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY id"
    ];
    /// Ids sort by the time of their making.
    LIST_PROJECTS = ["SELECT id, number, name, created_at, version FROM project WHERE account_id = $1 AND id < $2 \
        ORDER BY id DESC LIMIT $3"];
}

/// The number for a new project.
pub async fn next_number(tx: &mut WriteTx, account: AccountId) -> Result<i64, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(NEXT_NUMBER, account))?.0)
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, new: &Project) -> Result<(), StorageError> {
    db!(tx, execute(INSERT_PROJECT, account, new.id, new.number, new.name, new.created_at)).map(drop)
}

/// The oldest project with exactly this name.
pub async fn find_by_name(
    tx: &mut dyn Tx,
    account: AccountId,
    name: &str,
) -> Result<Option<Project>, StorageError> {
    db!(tx, fetch_optional::<Project>(FIND_BY_NAME, account, name))
}

/// Renames a project; false where it is not at `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    id: ProjectId,
    name: &str,
    version: i64,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(UPDATE_PROJECT, account, id, name, version))? == 1)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: ProjectId,
) -> Result<Option<Project>, StorageError> {
    db!(tx, fetch_optional::<Project>(FIND_PROJECT, account, id))
}

pub async fn list_by_ids(
    tx: &mut dyn Tx,
    account: AccountId,
    projects: impl IntoIterator<Item = ProjectId>,
) -> Result<HashMap<ProjectId, Project>, StorageError> {
    let ids = Ids::new(projects.into_iter().map(ProjectId::uuid));
    let projects = db!(tx, fetch_all::<Project>(LIST_BY_IDS, account, ids))?;
    Ok(projects.into_iter().map(|it| (it.id, it)).collect())
}

/// Those of the projects that are there.
pub async fn list_by_numbers(
    tx: &mut dyn Tx,
    account: AccountId,
    numbers: &[i64],
) -> Result<Vec<Project>, StorageError> {
    db!(tx, fetch_all::<Project>(LIST_BY_NUMBERS, account, Json(numbers)))
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<Project>, StorageError> {
    let rows = db!(tx, fetch_all::<Project>(LIST_PROJECTS, account, page.before().id(), page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}
