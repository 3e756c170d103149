//! Who is what to projects.

use std::collections::HashMap;

use liaison_domain::{
    id::{AccountId, PersonId, ProjectId},
    person::{PersonKind, PersonRef},
    project::ProjectPart,
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    person::{join_linked, linked},
    sql::Json,
};

struct PersonRow {
    project_id: ProjectId,
    part: ProjectPart,
    person_id: PersonId,
    kind: PersonKind,
    name: String,
    linked_account: Option<String>,
    linked_login: Option<String>,
}
record!(PersonRow { project_id, part, person_id, kind, name, linked_account, linked_login });

#[derive(Serialize)]
struct NewPerson {
    part: &'static str,
    person_id: Hex,
    position: usize,
}

statements! {
    LIST_PEOPLE = [
        "SELECT m.project_id, m.part, m.person_id, p.kind, p.name, l.name AS linked_account, k.login AS linked_login \
         FROM project_person m JOIN person p ON p.account_id = m.account_id AND p.id = m.person_id " join_linked!() " \
         WHERE m.account_id = $1 AND m.project_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY m.project_id, m.part, m.position, m.person_id"
    ];
    DELETE_PEOPLE = ["DELETE FROM project_person WHERE account_id = $1 AND project_id = $2 AND part = $3"];
    INSERT_PEOPLE = [
        "INSERT INTO project_person (account_id, project_id, part, person_id, position) "
        {
            sqlite: "SELECT $1, $2, value ->> 'part', unhex(value ->> 'person_id'), value ->> 'position' \
                FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, part, person_id, position FROM jsonb_to_recordset($3) \
                AS r(part text, person_id uuid, position bigint)"
        }
        " ON CONFLICT (account_id, project_id, part, person_id) DO NOTHING"
    ];
}

/// The people of a project, each part in the order in which they were named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectPeople(pub Vec<(ProjectPart, PersonRef)>);

impl ProjectPeople {
    pub fn of(&self, part: ProjectPart) -> impl Iterator<Item = &PersonRef> {
        self.0.iter().filter(move |(held, _)| *held == part).map(|(_, person)| person)
    }

    pub fn holds(&self, part: ProjectPart, person: PersonId) -> bool {
        self.of(part).any(|it| it.id == person)
    }
}

/// The people of each project; who was deleted since keeps his place.
pub async fn list_people(
    tx: &mut dyn Tx,
    account: AccountId,
    projects: impl IntoIterator<Item = ProjectId>,
) -> Result<HashMap<ProjectId, ProjectPeople>, StorageError> {
    let ids = Ids::new(projects.into_iter().map(ProjectId::uuid));
    let mut people: HashMap<ProjectId, ProjectPeople> = HashMap::new();
    for row in db!(tx, fetch_all::<PersonRow>(LIST_PEOPLE, account, ids))? {
        let person = PersonRef {
            id: row.person_id,
            kind: row.kind,
            name: row.name,
            linked_account: linked(row.linked_account, row.linked_login),
        };
        people.entry(row.project_id).or_default().0.push((row.part, person));
    }
    Ok(people)
}

/// Replaces everybody in a part.
pub async fn replace_people(
    tx: &mut WriteTx,
    account: AccountId,
    project: ProjectId,
    part: ProjectPart,
    people: &[PersonId],
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_PEOPLE, account, project, part))?;
    let row = |(position, id): (usize, &PersonId)| NewPerson {
        part: part.as_str(),
        person_id: hex(id.uuid()),
        position,
    };
    let rows: Rows<NewPerson> = Json(people.iter().enumerate().map(row).collect());
    if rows.0.is_empty() {
        return Ok(());
    }
    db!(tx, execute(INSERT_PEOPLE, account, project, rows)).map(drop)
}
