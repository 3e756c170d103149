//! The employees who are responsible for contacts.

use std::collections::HashMap;

use liaison_domain::id::{AccountId, PersonId};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    sql::{Json, Scalar},
};

struct ResponsibleRow {
    contact_id: PersonId,
    employee_id: PersonId,
}
record!(ResponsibleRow { contact_id, employee_id });

#[derive(Serialize)]
struct NewResponsible {
    employee_id: Hex,
}

statements! {
    LIST_RESPONSIBLE = [
        "SELECT contact_id, employee_id FROM contact_responsible WHERE account_id = $1 AND contact_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY contact_id, employee_id"
    ];
    LIST_RESPONSIBLE_FOR = ["SELECT DISTINCT employee_id AS value FROM contact_responsible WHERE account_id = $1 \
        AND contact_id IN (SELECT $2 UNION SELECT c.company_id FROM contact_company c WHERE c.account_id = $1 AND c.contact_id = $2) \
        ORDER BY employee_id"];
    DELETE_RESPONSIBLE = ["DELETE FROM contact_responsible WHERE account_id = $1 AND contact_id = $2"];
    INSERT_RESPONSIBLE = [
        "INSERT INTO contact_responsible (account_id, contact_id, employee_id) "
        {
            sqlite: "SELECT $1, $2, unhex(value ->> 'employee_id') FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, employee_id FROM jsonb_to_recordset($3) AS r(employee_id uuid)"
        }
        " ON CONFLICT DO NOTHING"
    ];
}

/// Those who are responsible for a contact or a company of his.
pub async fn list_for(
    tx: &mut dyn Tx,
    account: AccountId,
    contact: PersonId,
) -> Result<Vec<PersonId>, StorageError> {
    let rows = db!(tx, fetch_all::<Scalar<PersonId>>(LIST_RESPONSIBLE_FOR, account, contact))?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Those who are named on each card.
pub(super) async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    contacts: impl Iterator<Item = PersonId>,
) -> Result<HashMap<PersonId, Vec<PersonId>>, StorageError> {
    let ids = Ids::new(contacts.map(PersonId::uuid));
    let mut responsible: HashMap<PersonId, Vec<PersonId>> = HashMap::new();
    for row in db!(tx, fetch_all::<ResponsibleRow>(LIST_RESPONSIBLE, account, ids))? {
        responsible.entry(row.contact_id).or_default().push(row.employee_id);
    }
    Ok(responsible)
}

pub(super) async fn insert_all(
    tx: &mut WriteTx,
    account: AccountId,
    contact: PersonId,
    employees: &[PersonId],
) -> Result<(), StorageError> {
    if employees.is_empty() {
        return Ok(());
    }
    let rows: Rows<NewResponsible> =
        Json(employees.iter().map(|id| NewResponsible { employee_id: hex(id.uuid()) }).collect());
    db!(tx, execute(INSERT_RESPONSIBLE, account, contact, rows)).map(drop)
}

/// Replaces everybody who is responsible for a contact.
pub(super) async fn replace(
    tx: &mut WriteTx,
    account: AccountId,
    contact: PersonId,
    employees: &[PersonId],
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_RESPONSIBLE, account, contact))?;
    insert_all(tx, account, contact, employees).await
}
