//! People: what employees and contacts share — id, name, addresses.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    account::EmployeeStatus,
    id::{AccountId, PersonId},
    language::Language,
    mail_address::EmailAddress,
    person::{Addressee, LinkedAccount, PersonKind, PersonRef, Reach},
    text,
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, Texts, hex, in_ids},
    sql::Scalar,
};

/// A person who has an address.
#[derive(Clone, Debug)]
pub struct OwnerRow {
    pub person_id: PersonId,
    pub kind: PersonKind,
    pub name: String,
    /// Set for employees.
    pub status: Option<EmployeeStatus>,
    pub address_key: String,
}
record!(OwnerRow { person_id, kind, name, status, address_key });

struct RefRow {
    asked_id: PersonId,
    id: PersonId,
    kind: PersonKind,
    name: String,
    linked_account: Option<String>,
    linked_login: Option<String>,
}
record!(RefRow { asked_id, id, kind, name, linked_account, linked_login });

struct AddresseeRow {
    id: PersonId,
    name: String,
    status: Option<EmployeeStatus>,
    address: Option<String>,
    language: Option<Language>,
    selectable_as_participant: Option<bool>,
    is_linked: bool,
}
record!(AddresseeRow { id, name, status, address, language, selectable_as_participant, is_linked });

struct AddressRow {
    person_id: PersonId,
    address: String,
}
record!(AddressRow { person_id, address });

#[derive(Serialize)]
struct NewAddress {
    person_id: Hex,
    position: usize,
    address: String,
    address_key: String,
    is_duplicate: bool,
}

/// Joined to the people `p`: the links `k` of those who have one, and the other accounts `l` by name.
macro_rules! join_linked {
    () => {
        "LEFT JOIN person_link k ON k.account_id = p.account_id AND k.person_id = p.id LEFT JOIN account l ON l.id = k.peer_id"
    };
}
pub(crate) use join_linked;

/// Whom a person is elsewhere, of the columns `linked_account` and `linked_login`.
pub(crate) fn linked(account: Option<String>, login: Option<String>) -> Option<LinkedAccount> {
    Some(LinkedAccount { account: account?, login })
}

statements! {
    INSERT_PERSON = ["INSERT INTO person (account_id, id, kind, name, name_key, created_at, updated_at, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $6, 1)"];
    /// The version guards the whole person, whichever of his rows change.
    UPDATE_PERSON = ["UPDATE person SET name = $3, name_key = $4, updated_at = $5, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $6 AND deleted_at IS NULL"];
    /// What he wrote and was told stays; he can't be found, addressed or matched any more.
    DELETE_PERSON = ["UPDATE person SET deleted_at = $3, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $4 AND deleted_at IS NULL"];
    DELETE_ADDRESSES = ["DELETE FROM person_address WHERE account_id = $1 AND person_id = $2"];
    INSERT_ADDRESSES = [
        "INSERT INTO person_address (account_id, person_id, position, address, address_key, is_duplicate) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'person_id'), value ->> 'position', value ->> 'address', \
                value ->> 'address_key', value ->> 'is_duplicate' FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, person_id, position, address, address_key, is_duplicate FROM jsonb_to_recordset($2) \
                AS r(person_id uuid, position bigint, address text, address_key text, is_duplicate boolean)"
        }
    ];
    /// What a person shares with somebody who had it before him.
    LIST_SHARED = ["SELECT t.address_key AS value FROM person_address t WHERE t.account_id = $1 AND t.person_id = $2 \
        AND t.is_duplicate = TRUE AND EXISTS (SELECT 1 FROM person_address o WHERE o.account_id = t.account_id \
        AND o.address_key = t.address_key AND o.is_duplicate = FALSE) ORDER BY t.position"];
    LIST_ADDRESSES = [
        "SELECT person_id, address FROM person_address WHERE account_id = $1 AND person_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY person_id, position"
    ];
    /// Who has these addresses; the lowest id first where an import made duplicates (DUP-3).
    LIST_OWNERS = [
        "SELECT a.person_id, p.kind, p.name, e.status, a.address_key FROM person_address a \
         JOIN person p ON p.account_id = a.account_id AND p.id = a.person_id \
         LEFT JOIN employee e ON e.account_id = a.account_id AND e.id = a.person_id \
         WHERE a.account_id = $1 AND p.deleted_at IS NULL AND a.address_key "
        { sqlite: "IN (SELECT value FROM json_each($2))", postgres: "= ANY($2)" }
        " ORDER BY a.address_key, a.person_id"
    ];
    /// Who became one with another is that one.
    LIST_REFS = [
        "SELECT q.id AS asked_id, p.id, p.kind, p.name, l.name AS linked_account, k.login AS linked_login FROM person q \
         JOIN person p ON p.account_id = q.account_id AND p.id = COALESCE(q.merged_into, q.id) "
        join_linked!() " WHERE q.account_id = $1 AND q.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY q.id"
    ];
    /// What fanning out needs of each person.
    LIST_ADDRESSEES = [
        "SELECT p.id, p.name, e.status, a.address, c.language, c.selectable_as_participant, \
         (k.person_id IS NOT NULL) AS is_linked FROM person p \
         LEFT JOIN person_link k ON k.account_id = p.account_id AND k.person_id = p.id \
         LEFT JOIN employee e ON e.account_id = p.account_id AND e.id = p.id \
         LEFT JOIN contact c ON c.account_id = p.account_id AND c.id = p.id \
         LEFT JOIN person_address a ON a.account_id = p.account_id AND a.person_id = p.id AND a.position = 0 \
         WHERE p.account_id = $1 AND p.deleted_at IS NULL AND p.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY p.id"
    ];
    /// In one order, as everywhere. Only PostgreSQL has several writers.
    LOCK_PERSONS = [
        "SELECT p.id AS value FROM person p WHERE p.account_id = $1 AND p.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY p.id"
        { sqlite: "", postgres: " FOR UPDATE" }
    ];
    FIND_SURVIVOR = ["SELECT COALESCE(merged_into, id) AS value FROM person WHERE account_id = $1 AND id = $2"];
    COUNT_PERSON = ["SELECT COUNT(*) AS value FROM person WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL"];
}

/// A new person, without what only one kind has.
#[derive(Debug)]
pub struct NewPerson<'a> {
    pub id: PersonId,
    pub kind: PersonKind,
    pub name: &'a str,
    /// All that he is called, for searching.
    pub known_as: &'a str,
    /// Main address first.
    pub addresses: &'a [EmailAddress],
    /// Those of the addresses, folded, that are somebody's already (DUP-3).
    pub shared: &'a [String],
    pub at: Timestamp,
}

pub(crate) async fn insert(
    tx: &mut WriteTx,
    account: AccountId,
    new: &NewPerson<'_>,
) -> Result<(), StorageError> {
    db!(tx, execute(INSERT_PERSON, account, new.id, new.kind, new.name, text::fold(new.known_as), new.at))?;
    insert_addresses(tx, account, new.id, new.addresses, new.shared).await
}

pub(crate) async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    id: PersonId,
    name: &str,
    known_as: &str,
    at: Timestamp,
    version: i64,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(UPDATE_PERSON, account, id, name, text::fold(known_as), at, version))? == 1)
}

/// Deletes a person for everybody to come; false where he is not at `version` any more. His addresses become free.
pub async fn delete(
    tx: &mut WriteTx,
    account: AccountId,
    id: PersonId,
    at: Timestamp,
    version: i64,
) -> Result<bool, StorageError> {
    let deleted = db!(tx, execute(DELETE_PERSON, account, id, at, version))? == 1;
    if deleted {
        db!(tx, execute(DELETE_ADDRESSES, account, id))?;
    }
    Ok(deleted)
}

/// Replaces all addresses of a person. What he shares with somebody who had it before him he goes on sharing.
pub async fn replace_addresses(
    tx: &mut WriteTx,
    account: AccountId,
    id: PersonId,
    addresses: &[EmailAddress],
) -> Result<(), StorageError> {
    let shared = db!(tx, fetch_all::<Scalar<String>>(LIST_SHARED, account, id))?;
    let shared: Vec<String> = shared.into_iter().map(|it| it.0).collect();
    db!(tx, execute(DELETE_ADDRESSES, account, id))?;
    insert_addresses(tx, account, id, addresses, &shared).await
}

async fn insert_addresses(
    tx: &mut WriteTx,
    account: AccountId,
    id: PersonId,
    addresses: &[EmailAddress],
    shared: &[String],
) -> Result<(), StorageError> {
    if addresses.is_empty() {
        return Ok(());
    }
    let row = |(position, address): (usize, &EmailAddress)| {
        let (person_id, address_key) = (hex(id.uuid()), address.key());
        let is_duplicate = shared.contains(&address_key);
        NewAddress { person_id, position, address: address.as_str().to_owned(), address_key, is_duplicate }
    };
    let rows: Rows<NewAddress> = crate::sql::Json(addresses.iter().enumerate().map(row).collect());
    db!(tx, execute(INSERT_ADDRESSES, account, rows)).map(drop)
}

/// The addresses of each person, main one first.
pub(crate) async fn list_addresses(
    tx: &mut dyn Tx,
    account: AccountId,
    people: impl Iterator<Item = PersonId>,
) -> Result<HashMap<PersonId, Vec<String>>, StorageError> {
    let ids = Ids::new(people.map(PersonId::uuid));
    let mut addresses: HashMap<PersonId, Vec<String>> = HashMap::new();
    for row in db!(tx, fetch_all::<AddressRow>(LIST_ADDRESSES, account, ids))? {
        addresses.entry(row.person_id).or_default().push(row.address);
    }
    Ok(addresses)
}

/// Who has these addresses (given folded, see [`EmailAddress::key`]).
pub async fn list_owners(
    tx: &mut dyn Tx,
    account: AccountId,
    address_keys: impl IntoIterator<Item = String>,
) -> Result<Vec<OwnerRow>, StorageError> {
    db!(tx, fetch_all::<OwnerRow>(LIST_OWNERS, account, Texts::new(address_keys)))
}

/// People as others refer to them, deleted ones too: history keeps its names. Who became one with another is found under his
/// own id as that one.
pub async fn list_refs(
    tx: &mut dyn Tx,
    account: AccountId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, PersonRef>, StorageError> {
    let ids = Ids::new(people.into_iter().map(PersonId::uuid));
    let rows = db!(tx, fetch_all::<RefRow>(LIST_REFS, account, ids))?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let linked_account = linked(row.linked_account, row.linked_login);
            (row.asked_id, PersonRef { id: row.id, kind: row.kind, name: row.name, linked_account })
        })
        .collect())
}

/// How each of these people is reached; who is unknown or deleted is left out.
pub async fn list_addressees(
    tx: &mut dyn Tx,
    account: AccountId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, Addressee>, StorageError> {
    let ids = Ids::new(people.into_iter().map(PersonId::uuid));
    let rows = db!(tx, fetch_all::<AddresseeRow>(LIST_ADDRESSEES, account, ids))?;
    Ok(rows.into_iter().map(|row| (row.id, addressee(row))).collect())
}

fn addressee(row: AddresseeRow) -> Addressee {
    let reach = match row.status {
        Some(status) => Reach::Employee { status },
        None => Reach::Contact {
            address: row.address.and_then(|it| EmailAddress::parse(&it).ok()),
            language: row.language,
            selectable: row.selectable_as_participant.unwrap_or_default(),
        },
    };
    Addressee { id: row.id, name: row.name, reach, is_linked: row.is_linked }
}

/// Has nobody else change these people until the end of the transaction.
pub async fn lock(
    tx: &mut WriteTx,
    account: AccountId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<(), StorageError> {
    let ids = Ids::new(people.into_iter().map(PersonId::uuid));
    db!(tx, fetch_all::<Scalar<PersonId>>(LOCK_PERSONS, account, ids)).map(drop)
}

/// Who a person is today: himself, or whom he became one with.
pub async fn find_survivor(
    tx: &mut dyn Tx,
    account: AccountId,
    id: PersonId,
) -> Result<Option<PersonId>, StorageError> {
    Ok(db!(tx, fetch_optional::<Scalar<PersonId>>(FIND_SURVIVOR, account, id))?.map(|it| it.0))
}

/// Whether the person is there.
pub async fn exists(tx: &mut dyn Tx, account: AccountId, id: PersonId) -> Result<bool, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_PERSON, account, id))?.0 > 0)
}
