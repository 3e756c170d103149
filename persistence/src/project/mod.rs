//! Projects. Who is what to them stands in [`people`].

pub mod people;

use std::collections::{HashMap, HashSet};

use liaison_domain::{
    id::{AccountId, PersonId, ProjectId},
    project::{Project, ProjectStatus},
    text,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, containing, in_ids},
    page::{Cursor, Page, PageRequest},
    sql::{Json, Scalar},
};

pub use self::people::{ProjectPeople, list_people, replace_people};

record!(Project {
    id,
    number,
    name,
    description,
    status,
    counterparty_id,
    is_hidden_from_clients,
    created_at,
    version
});

/// The columns of a project, in the order of the struct.
macro_rules! columns {
    () => {
        "p.id, p.number, p.name, p.description, p.status, p.counterparty_id, p.is_hidden_from_clients, p.created_at, p.version"
    };
}

/// What every list of projects is narrowed to.
macro_rules! narrowed {
    () => {
        "(p.name_key LIKE $4 ESCAPE '\\' OR $4 IS NULL) AND (p.status = $5 OR $5 IS NULL)"
    };
}

/// Whether an external user sees the project `p`: it is about him or a company of his, and not hidden from clients, or has a
/// task that he holds a role in (EXT-1).
macro_rules! seen_by_client {
    ($viewer:literal) => {
        concat!(
            "p.id IN (SELECT o.id FROM project o WHERE o.account_id = $1 AND o.is_hidden_from_clients = FALSE \
             AND o.counterparty_id IN (SELECT ",
            $viewer,
            " UNION SELECT c.company_id FROM contact_company c WHERE c.account_id = $1 AND c.contact_id = ",
            $viewer,
            ") UNION SELECT t.project_id FROM task_role m JOIN task t ON t.account_id = m.account_id AND t.id = m.task_id \
             WHERE m.account_id = $1 AND m.person_id = ",
            $viewer,
            " AND t.project_id IS NOT NULL)"
        )
    };
}

statements! {
    /// The account's next number; its row lock keeps numbers without gaps.
    NEXT_NUMBER = ["UPDATE account_counter SET project_number = project_number + 1 WHERE account_id = $1 \
        RETURNING project_number AS value"];
    INSERT_PROJECT = ["INSERT INTO project (account_id, id, number, name, name_key, description, status, counterparty_id, \
        is_hidden_from_clients, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)"];
    UPDATE_PROJECT = ["UPDATE project SET name = $3, name_key = $4, description = $5, status = $6, counterparty_id = $7, \
        is_hidden_from_clients = $8, version = version + 1 WHERE account_id = $1 AND id = $2 AND version = $9"];
    FIND_PROJECT = ["SELECT " columns!() " FROM project p WHERE p.account_id = $1 AND p.id = $2"];
    /// Of several the first that was made.
    FIND_BY_NAME = ["SELECT " columns!() " FROM project p WHERE p.account_id = $1 AND p.name = $2 ORDER BY p.number LIMIT 1"];
    /// Project addresses carry the number that people say (ADR-5).
    LIST_BY_NUMBERS = [
        "SELECT " columns!() " FROM project p WHERE p.account_id = $1 AND p.number "
        {
            sqlite: "IN (SELECT value FROM json_each($2))",
            postgres: "IN (SELECT CAST(jsonb_array_elements_text($2) AS BIGINT))"
        }
        " ORDER BY p.number"
    ];
    LIST_BY_IDS = [
        "SELECT " columns!() " FROM project p WHERE p.account_id = $1 AND p.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY p.id"
    ];
    /// Ids sort by the time of their making.
    LIST_PROJECTS = ["SELECT " columns!() " FROM project p WHERE p.account_id = $1 AND p.id < $2 AND " narrowed!()
        " ORDER BY p.id DESC LIMIT $3"];
    LIST_OF_COUNTERPARTY = ["SELECT " columns!() " FROM project p WHERE p.account_id = $1 AND p.id < $2 AND " narrowed!()
        " AND p.counterparty_id = $6 ORDER BY p.id DESC LIMIT $3"];
    LIST_SEEN = ["SELECT " columns!() " FROM project p WHERE p.account_id = $1 AND p.id < $2 AND " narrowed!()
        " AND (p.counterparty_id = $6 OR $6 IS NULL) AND " seen_by_client!("$7") " ORDER BY p.id DESC LIMIT $3"];
    FIND_FIRST_SEEN = ["SELECT " columns!() " FROM project p WHERE p.account_id = $1 AND p.status = 'active' AND "
        seen_by_client!("$2") " ORDER BY p.id LIMIT 1"];
    LIST_MANAGERS_OF_CLIENT = ["SELECT DISTINCT m.person_id AS value FROM project p JOIN project_person m \
        ON m.account_id = p.account_id AND m.project_id = p.id AND m.part = 'client_manager' \
        WHERE p.account_id = $1 AND " seen_by_client!("$2")];
    FIND_SEEN = ["SELECT " columns!() " FROM project p WHERE p.account_id = $1 AND p.id = $2 AND " seen_by_client!("$3")];
}

/// Which projects to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name.
    pub q: Option<String>,
    pub status: Option<ProjectStatus>,
    pub counterparty: Option<PersonId>,
}

/// The number for a new project.
pub async fn next_number(tx: &mut WriteTx, account: AccountId) -> Result<i64, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(NEXT_NUMBER, account))?.0)
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, new: &Project) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            INSERT_PROJECT,
            account,
            new.id,
            new.number,
            new.name,
            text::fold(&new.name),
            new.description,
            new.status,
            new.counterparty_id,
            new.is_hidden_from_clients,
            new.created_at
        )
    )
    .map(drop)
}

/// The oldest project with exactly this name.
pub async fn find_by_name(
    tx: &mut dyn Tx,
    account: AccountId,
    name: &str,
) -> Result<Option<Project>, StorageError> {
    db!(tx, fetch_optional::<Project>(FIND_BY_NAME, account, name))
}

/// Writes a project's fields; false where it is not at its `version` any more.
pub async fn update(tx: &mut WriteTx, account: AccountId, project: &Project) -> Result<bool, StorageError> {
    let rows = db!(
        tx,
        execute(
            UPDATE_PROJECT,
            account,
            project.id,
            project.name,
            text::fold(&project.name),
            project.description,
            project.status,
            project.counterparty_id,
            project.is_hidden_from_clients,
            project.version
        )
    )?;
    Ok(rows == 1)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: ProjectId,
) -> Result<Option<Project>, StorageError> {
    db!(tx, fetch_optional::<Project>(FIND_PROJECT, account, id))
}

/// A project that an external user sees (EXT-1).
pub async fn find_seen(
    tx: &mut dyn Tx,
    account: AccountId,
    viewer: PersonId,
    id: ProjectId,
) -> Result<Option<Project>, StorageError> {
    db!(tx, fetch_optional::<Project>(FIND_SEEN, account, id, viewer))
}

/// The oldest of the active projects that an external user sees (EXT-3).
pub async fn find_first_seen(
    tx: &mut dyn Tx,
    account: AccountId,
    viewer: PersonId,
) -> Result<Option<Project>, StorageError> {
    db!(tx, fetch_optional::<Project>(FIND_FIRST_SEEN, account, viewer))
}

/// Those who manage clients in the projects that an external user sees (EXT-2).
pub async fn list_managers_of_client(
    tx: &mut dyn Tx,
    account: AccountId,
    client: PersonId,
) -> Result<HashSet<PersonId>, StorageError> {
    let managers = db!(tx, fetch_all::<Scalar<PersonId>>(LIST_MANAGERS_OF_CLIENT, account, client))?;
    Ok(managers.into_iter().map(|it| it.0).collect())
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
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Project>, StorageError> {
    let (before, most, status) = (page.before().id(), page.fetch(), filter.status);
    let pattern = filter.q.as_deref().map(containing);
    let rows = match filter.counterparty {
        None => db!(tx, fetch_all::<Project>(LIST_PROJECTS, account, before, most, pattern, status))?,
        Some(contact) => db!(
            tx,
            fetch_all::<Project>(LIST_OF_COUNTERPARTY, account, before, most, pattern, status, contact)
        )?,
    };
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// Those that an external user sees (EXT-1), newest first.
pub async fn list_seen(
    tx: &mut dyn Tx,
    account: AccountId,
    viewer: PersonId,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Project>, StorageError> {
    let (before, most, status) = (page.before().id(), page.fetch(), filter.status);
    let pattern = filter.q.as_deref().map(containing);
    let about = filter.counterparty;
    let rows =
        db!(tx, fetch_all::<Project>(LIST_SEEN, account, before, most, pattern, status, about, viewer))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}
