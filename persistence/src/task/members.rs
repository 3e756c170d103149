//! The people of tasks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use liaison_domain::{
    id::{AccountId, PersonId, TaskId},
    person::{PersonKind, PersonRef},
    task::{TaskRole, standing::AssigneeStatus},
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    person::{join_linked, linked},
    sql::Json,
};

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

struct OwnStatusRow {
    task_id: TaskId,
    person_id: PersonId,
    status: AssigneeStatus,
}
record!(OwnStatusRow { task_id, person_id, status });

#[derive(Serialize)]
struct OwnStatus {
    person_id: Hex,
    status: &'static str,
}

#[derive(Serialize)]
struct NewMember {
    role: &'static str,
    person_id: Hex,
}

statements! {
    LIST_MEMBERS = [
        "SELECT m.task_id, m.role, m.person_id, p.kind, p.name, l.name AS linked_account, k.login AS linked_login \
         FROM task_role m JOIN person p ON p.account_id = m.account_id AND p.id = m.person_id " join_linked!() " \
         WHERE m.account_id = $1 AND m.task_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY m.task_id, m.role, p.name, m.person_id"
    ];
    DELETE_ROLE = ["DELETE FROM task_role WHERE account_id = $1 AND task_id = $2 AND role = $3"];
    DELETE_MEMBER = ["DELETE FROM task_role WHERE account_id = $1 AND task_id = $2 AND role = $3 AND person_id = $4"];
    LIST_OWN_STATUSES = [
        "SELECT task_id, person_id, status FROM task_role \
         WHERE account_id = $1 AND status IS NOT NULL AND task_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
    ];
    /// Of who is not in the list nothing is kept.
    UPDATE_OWN_STATUSES = [
        "UPDATE task_role SET status = "
        {
            sqlite: "(SELECT value ->> 'status' FROM json_each($3) WHERE unhex(value ->> 'person_id') = person_id)",
            postgres: "(SELECT r.status FROM jsonb_to_recordset($3) AS r(person_id uuid, status text) \
                WHERE r.person_id = task_role.person_id)"
        }
        " WHERE account_id = $1 AND task_id = $2 AND role = 'assignee'"
    ];
    INSERT_MEMBERS = [
        "INSERT INTO task_role (account_id, task_id, role, person_id, is_open, updated_at, due_at) \
         SELECT $1, t.id, "
        {
            sqlite: "value ->> 'role', unhex(value ->> 'person_id')",
            postgres: "r.role, r.person_id"
        }
        ", t.is_open, t.updated_at, t.due_at FROM task t CROSS JOIN "
        {
            sqlite: "json_each($3)",
            postgres: "jsonb_to_recordset($3) AS r(role text, person_id uuid)"
        }
        " WHERE t.account_id = $1 AND t.id = $2 ON CONFLICT (account_id, task_id, role, person_id) DO NOTHING"
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

/// What each of several assignees has made of each of the tasks; who is where the task is may be left out.
pub async fn list_own_statuses(
    tx: &mut dyn Tx,
    account: AccountId,
    tasks: impl IntoIterator<Item = TaskId>,
) -> Result<HashMap<TaskId, BTreeMap<PersonId, AssigneeStatus>>, StorageError> {
    let ids = Ids::new(tasks.into_iter().map(TaskId::uuid));
    let mut own: HashMap<TaskId, BTreeMap<PersonId, AssigneeStatus>> = HashMap::new();
    for row in db!(tx, fetch_all::<OwnStatusRow>(LIST_OWN_STATUSES, account, ids))? {
        own.entry(row.task_id).or_default().insert(row.person_id, row.status);
    }
    Ok(own)
}

/// Keeps what each assignee has made of a task; who is left out is where the task is.
pub async fn update_own_statuses(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    own: &BTreeMap<PersonId, AssigneeStatus>,
) -> Result<(), StorageError> {
    let row = |(person, status): (&PersonId, &AssigneeStatus)| OwnStatus {
        person_id: hex(person.uuid()),
        status: status.as_str(),
    };
    let rows: Rows<OwnStatus> = Json(own.iter().map(row).collect());
    db!(tx, execute(UPDATE_OWN_STATUSES, account, task, rows)).map(drop)
}
