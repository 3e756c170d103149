//! Contacts who might be the one that somebody is writing down (DUP-4).

use liaison_domain::{
    contact::{NamePart, NameParts},
    id::{AccountId, PersonId},
    text::Name,
};

use crate::{
    database::Tx,
    error::StorageError,
    list::{Texts, containing},
};

/// Most contacts with a part of a name in common that are looked at, the latest.
const MAX_CANDIDATES: i64 = 1000;

struct NameRow {
    id: PersonId,
    name: String,
    is_company: bool,
    first_name: Option<String>,
    middle_name: Option<String>,
    last_name: Option<String>,
}
record!(NameRow { id, name, is_company, first_name, middle_name, last_name });

/// A contact by what he is called.
#[derive(Clone, Debug)]
pub struct Named {
    pub id: PersonId,
    pub name: Name,
    pub parts: NameParts,
    pub is_company: bool,
}

/// A contact who has a phone number.
#[derive(Clone, Debug)]
pub struct CallableRow {
    pub id: PersonId,
    pub name: String,
    pub number: String,
}
record!(CallableRow { id, name, number });

statements! {
    LIST_NAMED_ALIKE = [
        "SELECT p.id, p.name, c.is_company, c.first_name, c.middle_name, c.last_name FROM person p \
         JOIN contact c ON c.account_id = p.account_id AND c.id = p.id \
         WHERE p.account_id = $1 AND p.kind = 'contact' AND p.deleted_at IS NULL AND EXISTS (SELECT 1 FROM "
        {
            sqlite: "json_each($2) w WHERE p.name_key LIKE w.value ESCAPE '\\'",
            postgres: "unnest(CAST($2 AS TEXT[])) w(value) WHERE p.name_key LIKE w.value ESCAPE '\\'"
        }
        ") ORDER BY p.created_at DESC, p.id DESC LIMIT $3"
    ];
    LIST_CALLABLE = [
        "SELECT p.id, p.name, n.number FROM contact_phone n \
         JOIN person p ON p.account_id = n.account_id AND p.id = n.contact_id AND p.deleted_at IS NULL \
         WHERE n.account_id = $1 AND n.number_key "
        { sqlite: "IN (SELECT value FROM json_each($2))", postgres: "= ANY($2)" }
        " ORDER BY p.id, n.position LIMIT $3"
    ];
}

/// Contacts with one of the clues in their names, newest first; the clues are folded.
pub async fn list_named_alike(
    tx: &mut dyn Tx,
    account: AccountId,
    clues: impl IntoIterator<Item = &str>,
) -> Result<Vec<Named>, StorageError> {
    let patterns = Texts::new(clues.into_iter().map(containing));
    let rows = db!(tx, fetch_all::<NameRow>(LIST_NAMED_ALIKE, account, patterns, MAX_CANDIDATES))?;
    let part = |text: Option<String>| text.and_then(|it| NamePart::parse(&it).ok());
    let named = |row: NameRow| Named {
        id: row.id,
        name: Name::make(&row.name, "?"),
        parts: NameParts {
            first: part(row.first_name),
            middle: part(row.middle_name),
            last: part(row.last_name),
        },
        is_company: row.is_company,
    };
    Ok(rows.into_iter().map(named).collect())
}

/// Contacts with these phone numbers, given by their keys.
pub async fn list_callable(
    tx: &mut dyn Tx,
    account: AccountId,
    number_keys: impl IntoIterator<Item = String>,
) -> Result<Vec<CallableRow>, StorageError> {
    let keys = Texts::new(number_keys);
    db!(tx, fetch_all::<CallableRow>(LIST_CALLABLE, account, keys, MAX_CANDIDATES))
}
