//! Groups that contacts are gathered in (CON-4).

use liaison_domain::{
    contact::ContactGroup,
    id::{AccountId, ContactGroupId},
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    page::{Cursor, Page, PageRequest},
};

record!(ContactGroup { id, name, created_at, version });

statements! {
    INSERT_GROUP = ["INSERT INTO contact_group (account_id, id, name, created_at, version) VALUES ($1, $2, $3, $4, 1)"];
    UPDATE_GROUP = ["UPDATE contact_group SET name = $3, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $4"];
    LEAVE_GROUP = ["UPDATE contact SET group_id = NULL WHERE account_id = $1 AND group_id = $2"];
    DELETE_GROUP = ["DELETE FROM contact_group WHERE account_id = $1 AND id = $2 AND version = $3"];
    FIND_GROUP = ["SELECT id, name, created_at, version FROM contact_group WHERE account_id = $1 AND id = $2"];
    FIND_GROUP_BY_NAME = ["SELECT id, name, created_at, version FROM contact_group WHERE account_id = $1 AND name = $2 \
        ORDER BY id LIMIT 1"];
    /// Ids sort by the time of their making.
    LIST_GROUPS = ["SELECT id, name, created_at, version FROM contact_group WHERE account_id = $1 AND id < $2 \
        ORDER BY id DESC LIMIT $3"];
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, new: &ContactGroup) -> Result<(), StorageError> {
    db!(tx, execute(INSERT_GROUP, account, new.id, new.name, new.created_at)).map(drop)
}

/// Renames a group; false where it is not at `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    id: ContactGroupId,
    name: &str,
    version: i64,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(UPDATE_GROUP, account, id, name, version))? == 1)
}

/// Takes a group away, and its contacts out of it; false where it is not at `version` any more.
pub async fn delete(
    tx: &mut WriteTx,
    account: AccountId,
    id: ContactGroupId,
    version: i64,
) -> Result<bool, StorageError> {
    db!(tx, execute(LEAVE_GROUP, account, id))?;
    Ok(db!(tx, execute(DELETE_GROUP, account, id, version))? == 1)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: ContactGroupId,
) -> Result<Option<ContactGroup>, StorageError> {
    db!(tx, fetch_optional::<ContactGroup>(FIND_GROUP, account, id))
}

/// The first group of this very name.
pub async fn find_by_name(
    tx: &mut dyn Tx,
    account: AccountId,
    name: &str,
) -> Result<Option<ContactGroup>, StorageError> {
    db!(tx, fetch_optional::<ContactGroup>(FIND_GROUP_BY_NAME, account, name))
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<ContactGroup>, StorageError> {
    let rows = db!(tx, fetch_all::<ContactGroup>(LIST_GROUPS, account, page.before().id(), page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}
