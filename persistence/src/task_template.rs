//! Templates of tasks, and who is in their tasks.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId, ProjectId, TaskTemplateId},
    person::{PersonKind, PersonRef},
    task::{Priority, template::TemplatePart},
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    page::{Cursor, Page, PageRequest},
    person::{join_linked, linked},
    sql::Json,
};

/// What new tasks begin as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskTemplateRow {
    pub id: TaskTemplateId,
    pub name: String,
    pub title: String,
    pub description_html: String,
    pub description_text: String,
    pub priority: Priority,
    pub project_id: Option<ProjectId>,
    /// The texts of the steps, in their order.
    pub checklist: Json<Vec<String>>,
    /// From the making of a task to its deadline.
    pub deadline_in_hours: Option<i64>,
    pub created_at: Timestamp,
    pub version: i64,
}
record!(TaskTemplateRow {
    id,
    name,
    title,
    description_html,
    description_text,
    priority,
    project_id,
    checklist,
    deadline_in_hours,
    created_at,
    version
});

struct PersonRow {
    template_id: TaskTemplateId,
    part: TemplatePart,
    person_id: PersonId,
    kind: PersonKind,
    name: String,
    linked_account: Option<String>,
    linked_login: Option<String>,
}
record!(PersonRow { template_id, part, person_id, kind, name, linked_account, linked_login });

#[derive(Serialize)]
struct NewPerson {
    part: &'static str,
    person_id: Hex,
    position: usize,
}

/// The people of a template, each part in the order in which they were named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplatePeople(pub Vec<(TemplatePart, PersonRef)>);

impl TemplatePeople {
    pub fn of(&self, part: TemplatePart) -> impl Iterator<Item = &PersonRef> {
        self.0.iter().filter(move |(held, _)| *held == part).map(|(_, person)| person)
    }

    pub fn holds(&self, part: TemplatePart, person: PersonId) -> bool {
        self.of(part).any(|it| it.id == person)
    }
}

macro_rules! columns {
    () => {
        "id, name, title, description_html, description_text, priority, project_id, checklist, deadline_in_hours, \
         created_at, version"
    };
}

statements! {
    INSERT_TEMPLATE = ["INSERT INTO task_template (account_id, id, name, title, description_html, description_text, priority, \
        project_id, checklist, deadline_in_hours, created_at, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)"];
    UPDATE_TEMPLATE = ["UPDATE task_template SET name = $3, title = $4, description_html = $5, description_text = $6, \
        priority = $7, project_id = $8, checklist = $9, deadline_in_hours = $10, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $11"];
    DELETE_TEMPLATE = ["DELETE FROM task_template WHERE account_id = $1 AND id = $2"];
    FIND_TEMPLATE = ["SELECT " columns!() " FROM task_template WHERE account_id = $1 AND id = $2"];
    /// Only PostgreSQL has several writers: nobody changes it, its people or what names it meanwhile.
    FIND_TEMPLATE_TO_CHANGE = ["SELECT " columns!() " FROM task_template WHERE account_id = $1 AND id = $2"
        { sqlite: "", postgres: " FOR UPDATE" }];
    /// Ids sort by the time of their making.
    LIST_TEMPLATES = ["SELECT " columns!() " FROM task_template WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"];
    LIST_PEOPLE = [
        "SELECT m.template_id, m.part, m.person_id, p.kind, p.name, l.name AS linked_account, k.login AS linked_login \
         FROM task_template_person m JOIN person p ON p.account_id = m.account_id AND p.id = m.person_id " join_linked!() " \
         WHERE m.account_id = $1 AND m.template_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY m.template_id, m.part, m.position, m.person_id"
    ];
    DELETE_PART = ["DELETE FROM task_template_person WHERE account_id = $1 AND template_id = $2 AND part = $3"];
    DELETE_PEOPLE = ["DELETE FROM task_template_person WHERE account_id = $1 AND template_id = $2"];
    INSERT_PEOPLE = [
        "INSERT INTO task_template_person (account_id, template_id, part, person_id, position) "
        {
            sqlite: "SELECT $1, $2, value ->> 'part', unhex(value ->> 'person_id'), value ->> 'position' \
                FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, part, person_id, position FROM jsonb_to_recordset($3) \
                AS r(part text, person_id uuid, position bigint)"
        }
        " ON CONFLICT (account_id, template_id, part, person_id) DO NOTHING"
    ];
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, row: &TaskTemplateRow) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            INSERT_TEMPLATE,
            account,
            row.id,
            row.name,
            row.title,
            row.description_html,
            row.description_text,
            row.priority,
            row.project_id,
            row.checklist,
            row.deadline_in_hours,
            row.created_at
        )
    )
    .map(drop)
}

/// Writes a template; false where it is not at its `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    row: &TaskTemplateRow,
) -> Result<bool, StorageError> {
    let rows = db!(
        tx,
        execute(
            UPDATE_TEMPLATE,
            account,
            row.id,
            row.name,
            row.title,
            row.description_html,
            row.description_text,
            row.priority,
            row.project_id,
            row.checklist,
            row.deadline_in_hours,
            row.version
        )
    )?;
    Ok(rows == 1)
}

/// Takes away a template that was found to be changed.
pub async fn delete(tx: &mut WriteTx, account: AccountId, id: TaskTemplateId) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_PEOPLE, account, id))?;
    db!(tx, execute(DELETE_TEMPLATE, account, id)).map(drop)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: TaskTemplateId,
) -> Result<Option<TaskTemplateRow>, StorageError> {
    db!(tx, fetch_optional::<TaskTemplateRow>(FIND_TEMPLATE, account, id))
}

/// A template that nobody else changes or names until the end of the transaction.
pub async fn find_to_change(
    tx: &mut WriteTx,
    account: AccountId,
    id: TaskTemplateId,
) -> Result<Option<TaskTemplateRow>, StorageError> {
    db!(tx, fetch_optional::<TaskTemplateRow>(FIND_TEMPLATE_TO_CHANGE, account, id))
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<TaskTemplateRow>, StorageError> {
    let before = page.before().id();
    let rows = db!(tx, fetch_all::<TaskTemplateRow>(LIST_TEMPLATES, account, before, page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// The people of each template; who was deleted since keeps his place.
pub async fn list_people(
    tx: &mut dyn Tx,
    account: AccountId,
    templates: impl IntoIterator<Item = TaskTemplateId>,
) -> Result<HashMap<TaskTemplateId, TemplatePeople>, StorageError> {
    let ids = Ids::new(templates.into_iter().map(TaskTemplateId::uuid));
    let mut people: HashMap<TaskTemplateId, TemplatePeople> = HashMap::new();
    for row in db!(tx, fetch_all::<PersonRow>(LIST_PEOPLE, account, ids))? {
        let person = PersonRef {
            id: row.person_id,
            kind: row.kind,
            name: row.name,
            linked_account: linked(row.linked_account, row.linked_login),
        };
        people.entry(row.template_id).or_default().0.push((row.part, person));
    }
    Ok(people)
}

/// Replaces everybody in a part; who is named twice is there once.
pub async fn replace_people(
    tx: &mut WriteTx,
    account: AccountId,
    template: TaskTemplateId,
    part: TemplatePart,
    people: &[PersonId],
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_PART, account, template, part))?;
    let row = |(position, id): (usize, &PersonId)| NewPerson {
        part: part.as_str(),
        person_id: hex(id.uuid()),
        position,
    };
    let rows: Rows<NewPerson> = Json(people.iter().enumerate().map(row).collect());
    if rows.0.is_empty() {
        return Ok(());
    }
    db!(tx, execute(INSERT_PEOPLE, account, template, rows)).map(drop)
}
