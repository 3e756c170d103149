//! The phone numbers of contacts, as they were written.

use std::collections::HashMap;

use liaison_domain::{
    contact::{Phone, PhoneKind},
    id::{AccountId, PersonId},
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, Rows, in_ids},
    sql::Json,
};

struct PhoneRow {
    contact_id: PersonId,
    number: String,
    kind: PhoneKind,
}
record!(PhoneRow { contact_id, number, kind });

#[derive(Serialize)]
struct NewPhone<'a> {
    position: usize,
    number: &'a str,
    kind: &'static str,
    number_key: Option<String>,
}

statements! {
    DELETE_PHONES = ["DELETE FROM contact_phone WHERE account_id = $1 AND contact_id = $2"];
    INSERT_PHONES = [
        "INSERT INTO contact_phone (account_id, contact_id, position, number, kind, number_key) "
        {
            sqlite: "SELECT $1, $2, value ->> 'position', value ->> 'number', value ->> 'kind', value ->> 'number_key' \
                FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, position, number, kind, number_key \
                FROM jsonb_to_recordset($3) AS r(position bigint, number text, kind text, number_key text)"
        }
    ];
    LIST_PHONES = [
        "SELECT contact_id, number, kind FROM contact_phone WHERE account_id = $1 AND contact_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY contact_id, position"
    ];
}

pub(super) async fn insert_all(
    tx: &mut WriteTx,
    account: AccountId,
    contact: PersonId,
    phones: &[Phone],
) -> Result<(), StorageError> {
    if phones.is_empty() {
        return Ok(());
    }
    let row = |(position, phone)| new_phone(position, phone);
    let rows: Rows<NewPhone<'_>> = Json(phones.iter().enumerate().map(row).collect());
    db!(tx, execute(INSERT_PHONES, account, contact, rows)).map(drop)
}

/// Replaces all numbers of a contact.
pub(super) async fn replace(
    tx: &mut WriteTx,
    account: AccountId,
    contact: PersonId,
    phones: &[Phone],
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_PHONES, account, contact))?;
    insert_all(tx, account, contact, phones).await
}

/// The numbers of each contact.
pub(super) async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    contacts: impl Iterator<Item = PersonId>,
) -> Result<HashMap<PersonId, Vec<Phone>>, StorageError> {
    let ids = Ids::new(contacts.map(PersonId::uuid));
    let mut phones: HashMap<PersonId, Vec<Phone>> = HashMap::new();
    for row in db!(tx, fetch_all::<PhoneRow>(LIST_PHONES, account, ids))? {
        phones.entry(row.contact_id).or_default().push(Phone { number: row.number, kind: row.kind });
    }
    Ok(phones)
}

fn new_phone(position: usize, phone: &Phone) -> NewPhone<'_> {
    NewPhone { position, number: &phone.number, kind: phone.kind.as_str(), number_key: phone.key() }
}
