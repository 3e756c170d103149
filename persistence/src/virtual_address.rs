//! Virtual addresses, and who reads the mail to a name: an employee, or a virtual address.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    account::Login,
    id::{AccountId, PersonId, VirtualAddressId},
    virtual_address::VirtualAddress,
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, Texts, hex, in_ids},
    page::{Cursor, Page, PageRequest},
    sql::Json,
};

struct AddressRow {
    id: VirtualAddressId,
    local_part: String,
    description: String,
    created_at: Timestamp,
}
record!(AddressRow { id, local_part, description, created_at });

struct AssigneeRow {
    address_id: VirtualAddressId,
    person_id: PersonId,
}
record!(AssigneeRow { address_id, person_id });

/// A name of the account's mail domain that somebody reads the mail of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxRow {
    pub local_part: String,
    /// An employee who works here; none for a virtual address.
    pub employee_id: Option<PersonId>,
    /// Who else gets the tasks: one of a virtual address's assignees, one row each.
    pub assignee_id: Option<PersonId>,
}
record!(MailboxRow { local_part, employee_id, assignee_id });

#[derive(Serialize)]
struct NewAssignee {
    person_id: Hex,
    position: usize,
}

statements! {
    INSERT_ADDRESS = ["INSERT INTO virtual_address (account_id, id, local_part, description, created_at) \
        VALUES ($1, $2, $3, $4, $5)"];
    INSERT_ASSIGNEES = [
        "INSERT INTO virtual_address_assignee (account_id, address_id, person_id, position) "
        {
            sqlite: "SELECT $1, $2, unhex(value ->> 'person_id'), value ->> 'position' FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, person_id, position FROM jsonb_to_recordset($3) AS r(person_id uuid, position bigint)"
        }
        " ON CONFLICT DO NOTHING"
    ];
    DELETE_ADDRESS = ["DELETE FROM virtual_address WHERE account_id = $1 AND id = $2"];
    DELETE_ASSIGNEES = ["DELETE FROM virtual_address_assignee WHERE account_id = $1 AND address_id = $2"];
    FIND_BY_LOCAL_PART = ["SELECT id, local_part, description, created_at FROM virtual_address \
        WHERE account_id = $1 AND local_part = $2"];
    /// Ids sort by the time of their making.
    LIST_ADDRESSES = ["SELECT id, local_part, description, created_at FROM virtual_address \
        WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"];
    LIST_ASSIGNEES = [
        "SELECT address_id, person_id FROM virtual_address_assignee WHERE account_id = $1 AND address_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY address_id, position"
    ];
    /// One statement a mail: an employee who left is nobody, unless a virtual address took his name (ADR-3).
    LIST_MAILBOXES = [
        "SELECT local_part, employee_id, assignee_id FROM (\
           SELECT e.login AS local_part, e.id AS employee_id, NULL AS assignee_id, 0 AS position FROM employee e \
           WHERE e.account_id = $1 AND e.status = 'active' AND e.login "
        { sqlite: "IN (SELECT value FROM json_each($2))", postgres: "= ANY($2)" }
        " UNION ALL SELECT v.local_part, NULL, a.person_id, a.position FROM virtual_address v \
           LEFT JOIN virtual_address_assignee a ON a.account_id = v.account_id AND a.address_id = v.id \
           WHERE v.account_id = $1 AND v.local_part "
        { sqlite: "IN (SELECT value FROM json_each($2))", postgres: "= ANY($2)" }
        ") AS place ORDER BY local_part, position"
    ];
}

/// Inserts a virtual address; that its name is free was checked in the same transaction.
pub async fn insert(tx: &mut WriteTx, account: AccountId, new: &VirtualAddress) -> Result<(), StorageError> {
    db!(tx, execute(INSERT_ADDRESS, account, new.id, new.local_part, new.description, new.created_at))?;
    let row = |(position, id): (usize, &PersonId)| NewAssignee { person_id: hex(id.uuid()), position };
    let rows: Rows<NewAssignee> = Json(new.assignee_ids.iter().enumerate().map(row).collect());
    if rows.0.is_empty() {
        return Ok(());
    }
    db!(tx, execute(INSERT_ASSIGNEES, account, new.id, rows)).map(drop)
}

/// Deletes a virtual address; false where there is none.
pub async fn delete(
    tx: &mut WriteTx,
    account: AccountId,
    id: VirtualAddressId,
) -> Result<bool, StorageError> {
    db!(tx, execute(DELETE_ASSIGNEES, account, id))?;
    Ok(db!(tx, execute(DELETE_ADDRESS, account, id))? == 1)
}

/// Whether a virtual address has this name.
pub async fn exists(tx: &mut dyn Tx, account: AccountId, local_part: &Login) -> Result<bool, StorageError> {
    let found = db!(tx, fetch_optional::<AddressRow>(FIND_BY_LOCAL_PART, account, local_part.as_str()))?;
    Ok(found.is_some())
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<VirtualAddress>, StorageError> {
    let rows = db!(tx, fetch_all::<AddressRow>(LIST_ADDRESSES, account, page.before().id(), page.fetch()))?;
    let mut assignees: HashMap<VirtualAddressId, Vec<PersonId>> = HashMap::new();
    let ids = Ids::new(rows.iter().map(|it| it.id.uuid()));
    for row in db!(tx, fetch_all::<AssigneeRow>(LIST_ASSIGNEES, account, ids))? {
        assignees.entry(row.address_id).or_default().push(row.person_id);
    }
    let page = Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid()));
    Ok(page.map(|row| VirtualAddress {
        assignee_ids: assignees.remove(&row.id).unwrap_or_default(),
        id: row.id,
        local_part: row.local_part,
        description: row.description,
        created_at: row.created_at,
    }))
}

/// Who reads the mail to these names; a name that is not there has no row, a virtual address has at least one.
pub async fn list_mailboxes(
    tx: &mut dyn Tx,
    account: AccountId,
    names: impl IntoIterator<Item = Login>,
) -> Result<Vec<MailboxRow>, StorageError> {
    let names = Texts::new(names.into_iter().map(|it| it.as_str().to_owned()));
    db!(tx, fetch_all::<MailboxRow>(LIST_MAILBOXES, account, names))
}
