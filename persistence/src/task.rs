//! Tasks and the people in them.

use std::collections::{BTreeSet, HashMap};

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId, ProjectId, TaskId},
    inbound::matching::OwnTask,
    person::{PersonKind, PersonRef},
    task::{Task, TaskRole, TaskStatus},
    text,
};
use serde::Serialize;

use crate::{
    comment::Warning,
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    page::{Cursor, Page, PageRequest},
    person::{join_linked, linked},
    sql::{Json, Scalar},
};

record!(Task {
    id,
    number,
    title,
    description_html,
    description_text,
    status,
    priority,
    start_at,
    deadline,
    parent_id,
    project_id,
    counterparty_id,
    incoming_mail_id,
    created_by,
    created_at,
    updated_at,
    closed_at,
    version
});

record!(OwnTask { id, number, title });

struct MemberRow {
    task_id: TaskId,
    role: TaskRole,
    person_id: PersonId,
    kind: PersonKind,
    name: String,
    linked_account: Option<String>,
    linked_login: Option<String>,
}
record!(MemberRow { task_id, role, person_id, kind, name, linked_account, linked_login });

struct WarningsRow {
    id: TaskId,
    warnings: Json<Vec<Warning>>,
}
record!(WarningsRow { id, warnings });

#[derive(Serialize)]
struct NewMember {
    role: &'static str,
    person_id: Hex,
}

/// The columns of a task, in the order of the struct.
macro_rules! columns {
    () => {
        "t.id, t.number, t.title, t.description_html, t.description_text, t.status, t.priority, t.start_at, t.deadline, \
         t.parent_id, t.project_id, t.counterparty_id, t.incoming_mail_id, t.created_by, t.created_at, t.updated_at, t.closed_at, t.version"
    };
}

/// What every list of tasks is narrowed to.
macro_rules! narrowed {
    () => {
        "(t.status = $2 OR $2 IS NULL) AND (t.title_key LIKE $3 ESCAPE '\\' OR $3 IS NULL) AND t.updated_at >= $4 \
         AND (t.project_id = $5 OR $5 IS NULL)"
    };
}

/// Joined to the roles `m`: the tasks of the person $6, in the role $7 where one is named, that $8 has a role in too where
/// he is named. Of several roles in a task the first stands for all.
macro_rules! of_person {
    () => {
        " task t ON t.account_id = m.account_id AND t.id = m.task_id WHERE m.account_id = $1 AND m.person_id = $6 \
         AND m.role = COALESCE($7, (SELECT MIN(r.role) FROM task_role r WHERE r.account_id = $1 AND r.person_id = $6 \
            AND r.task_id = m.task_id)) \
         AND (EXISTS (SELECT 1 FROM task_role v WHERE v.account_id = $1 AND v.person_id = $8 AND v.task_id = m.task_id) \
            OR $8 IS NULL) AND "
    };
}

statements! {
    /// The account's next number; its row lock keeps numbers without gaps.
    NEXT_NUMBER = ["UPDATE account_counter SET task_number = task_number + 1 WHERE account_id = $1 \
        RETURNING task_number AS value"];
    INSERT_TASK = ["INSERT INTO task (account_id, id, number, title, title_key, description_html, description_text, status, \
        priority, start_at, deadline, parent_id, project_id, counterparty_id, incoming_mail_id, warnings, created_by, \
        description_author_id, created_at, updated_at, closed_at, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18, $18, $19, 1)"];
    UPDATE_TASK = ["UPDATE task SET title = $3, title_key = $4, \
        description_author_id = CASE WHEN description_html = $5 THEN description_author_id END, description_html = $5, description_text = $6, status = $7, \
        priority = $8, start_at = $9, deadline = $10, parent_id = $11, project_id = $12, counterparty_id = $13, \
        updated_at = $14, closed_at = $15, version = version + 1 WHERE account_id = $1 AND id = $2 AND version = $16"];
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
    /// Ids of tasks sort by the time of their making.
    LIST_BY_CREATION = ["SELECT " columns!() " FROM task t WHERE t.account_id = $1 AND " narrowed!()
        " AND t.id < $6 ORDER BY t.id DESC LIMIT $7"];
    LIST_BY_CHANGE = ["SELECT " columns!() " FROM task t WHERE t.account_id = $1 AND " narrowed!()
        " AND (t.updated_at, t.id) < ($6, $7) ORDER BY t.updated_at DESC, t.id DESC LIMIT $8"];
    /// The roles come first, in the order of task ids: a page costs what is on it, however many tasks the account has.
    /// SQLite, which counts no rows, keeps to that where it is told so (CROSS).
    LIST_OF_PERSON_BY_CREATION = ["SELECT " columns!() " FROM task_role m "
        { sqlite: "CROSS JOIN", postgres: "JOIN" } of_person!() narrowed!()
        " AND m.task_id < $9 ORDER BY m.task_id DESC LIMIT $10"];
    LIST_OF_PERSON_BY_CHANGE = ["SELECT " columns!() " FROM task_role m "
        { sqlite: "CROSS JOIN", postgres: "JOIN" } of_person!() narrowed!()
        " AND (t.updated_at, t.id) < ($9, $10) ORDER BY t.updated_at DESC, t.id DESC LIMIT $11"];
    /// Roles come in the order of task ids, so that this costs what it gives.
    LIST_OWN = ["SELECT t.id, t.number, t.title FROM task_role m "
        { sqlite: "CROSS JOIN", postgres: "JOIN" }
        " task t ON t.account_id = m.account_id AND t.id = m.task_id WHERE m.account_id = $1 AND m.person_id = $2 \
        AND m.role = (SELECT MIN(r.role) FROM task_role r WHERE r.account_id = $1 AND r.person_id = $2 \
            AND r.task_id = m.task_id) \
        AND t.status <> 'draft' ORDER BY m.task_id DESC LIMIT $3"];
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
    LIST_MEMBERS = [
        "SELECT m.task_id, m.role, m.person_id, p.kind, p.name, l.name AS linked_account, k.login AS linked_login \
         FROM task_role m JOIN person p ON p.account_id = m.account_id AND p.id = m.person_id " join_linked!() " \
         WHERE m.account_id = $1 AND m.task_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY m.task_id, m.role, p.name, m.person_id"
    ];
    DELETE_ROLE = ["DELETE FROM task_role WHERE account_id = $1 AND task_id = $2 AND role = $3"];
    DELETE_MEMBER = ["DELETE FROM task_role WHERE account_id = $1 AND task_id = $2 AND role = $3 AND person_id = $4"];
    INSERT_MEMBERS = [
        "INSERT INTO task_role (account_id, task_id, role, person_id) "
        {
            sqlite: "SELECT $1, $2, value ->> 'role', unhex(value ->> 'person_id') FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, role, person_id FROM jsonb_to_recordset($3) AS r(role text, person_id uuid)"
        }
        " ON CONFLICT (account_id, task_id, role, person_id) DO NOTHING"
    ];
}

/// The people of a task with their roles, by role and name; who holds two roles comes twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members(pub Vec<(TaskRole, PersonRef)>);

impl Members {
    pub fn of(&self, role: TaskRole) -> impl Iterator<Item = &PersonRef> {
        self.0.iter().filter(move |(held, _)| *held == role).map(|(_, person)| person)
    }

    pub fn holds(&self, role: TaskRole, person: PersonId) -> bool {
        self.of(role).any(|it| it.id == person)
    }

    /// The roles that a person holds.
    pub fn roles_of(&self, person: PersonId) -> BTreeSet<TaskRole> {
        self.0.iter().filter(|(_, it)| it.id == person).map(|(role, _)| *role).collect()
    }
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
            task.closed_at
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
            task.version
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

/// Which tasks to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Who sees only tasks that he holds a role in; none sees all.
    pub viewer: Option<PersonId>,
    pub status: Option<TaskStatus>,
    /// Somebody who holds a role, or the one that is named.
    pub person: Option<(PersonId, Option<TaskRole>)>,
    /// Part of the title.
    pub q: Option<String>,
    pub updated_since: Option<Timestamp>,
    pub project: Option<ProjectId>,
}

/// What a list of tasks is sorted by, newest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Created,
    Updated,
}

pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    filter: &Filter,
    order: Order,
    page: PageRequest,
) -> Result<Page<Task>, StorageError> {
    let before = page.before();
    let (at, id, limit) = (before.at(), before.id(), page.fetch());
    let (status, project) = (filter.status, filter.project);
    let pattern = filter.q.as_deref().map(crate::list::containing);
    let since = filter.updated_since.unwrap_or(Timestamp::UNIX_EPOCH);
    macro_rules! rows {
        ($statement:ident, $($more:expr),+) => {
            db!(tx, fetch_all::<Task>($statement, account, status, pattern, since, project, $($more),+))?
        };
    }
    let rows = match (filter.person.or(filter.viewer.map(|it| (it, None))), order) {
        (None, Order::Created) => rows!(LIST_BY_CREATION, id, limit),
        (None, Order::Updated) => rows!(LIST_BY_CHANGE, at, id, limit),
        (Some((person, role)), Order::Created) => {
            rows!(LIST_OF_PERSON_BY_CREATION, person, role, filter.viewer, id, limit)
        }
        (Some((person, role)), Order::Updated) => {
            rows!(LIST_OF_PERSON_BY_CHANGE, person, role, filter.viewer, at, id, limit)
        }
    };
    Ok(Page::cut(rows, page.limit, |it| match order {
        Order::Created => Cursor::new(it.created_at, it.id.uuid()),
        Order::Updated => Cursor::new(it.updated_at, it.id.uuid()),
    }))
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

/// The people of each task; who was deleted since keeps his place.
pub async fn list_members(
    tx: &mut dyn Tx,
    account: AccountId,
    tasks: impl IntoIterator<Item = TaskId>,
) -> Result<HashMap<TaskId, Members>, StorageError> {
    let ids = Ids::new(tasks.into_iter().map(TaskId::uuid));
    let mut members: HashMap<TaskId, Members> = HashMap::new();
    for row in db!(tx, fetch_all::<MemberRow>(LIST_MEMBERS, account, ids))? {
        let person = PersonRef {
            id: row.person_id,
            kind: row.kind,
            name: row.name,
            linked_account: linked(row.linked_account, row.linked_login),
        };
        members.entry(row.task_id).or_default().0.push((row.role, person));
    }
    Ok(members)
}

/// Puts people in roles; who holds the role already stays. Gives how many have come.
pub async fn insert_members(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    people: impl IntoIterator<Item = (TaskRole, PersonId)>,
) -> Result<u64, StorageError> {
    let row = |(role, person): (TaskRole, PersonId)| NewMember {
        role: role.as_str(),
        person_id: hex(person.uuid()),
    };
    let rows: Rows<NewMember> = Json(people.into_iter().map(row).collect());
    if rows.0.is_empty() {
        return Ok(0);
    }
    db!(tx, execute(INSERT_MEMBERS, account, task, rows))
}

/// Replaces everybody in a role.
pub async fn replace_members(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    role: TaskRole,
    people: &[PersonId],
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_ROLE, account, task, role))?;
    insert_members(tx, account, task, people.iter().map(|it| (role, *it))).await.map(drop)
}

/// Takes a person out of a role; false where he did not hold it.
pub async fn delete_member(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    role: TaskRole,
    person: PersonId,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(DELETE_MEMBER, account, task, role, person))? == 1)
}
