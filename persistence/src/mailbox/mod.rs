//! External mailboxes. How their servers are reached, with what secrets and with what luck, stands in [`channel`].

pub mod channel;

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    id::{AccountId, MailboxId, NotificationId, PersonId, ProjectId},
    notification::NotificationKind,
};
use uuid::Uuid;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    page::{Cursor, Page, PageRequest},
    sql::{Json, Scalar},
};

/// A mailbox without its channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxRow {
    pub id: MailboxId,
    /// The employee whose it is; none where it is the account's.
    pub owner_id: Option<PersonId>,
    /// The name of that employee.
    pub owner_name: Option<String>,
    /// The login of that employee: where mail fetched from his mailbox goes.
    pub owner_login: Option<String>,
    pub address: String,
    pub sender_name: String,
    /// The local part of our address that mail fetched from a company's mailbox is for.
    pub deliver_to: Option<String>,
    /// The projects whose tasks it is for; empty for everything (OUT-4).
    pub project_ids: Json<Vec<Uuid>>,
    pub is_default: bool,
    pub replies_to_this_address: bool,
    pub save_to_sent: bool,
    /// Sanitized.
    pub signature_html: Option<String>,
    pub created_at: Timestamp,
    pub version: i64,
}
record!(MailboxRow {
    id,
    owner_id,
    owner_name,
    owner_login,
    address,
    sender_name,
    deliver_to,
    project_ids,
    is_default,
    replies_to_this_address,
    save_to_sent,
    signature_html,
    created_at,
    version
});

impl MailboxRow {
    /// The projects whose tasks it is for; empty for everything (OUT-4).
    pub fn projects(&self) -> Vec<ProjectId> {
        self.project_ids.0.iter().copied().map(ProjectId::new).collect()
    }
}

macro_rules! mailboxes {
    () => {
        "SELECT m.id, m.owner_id, p.name AS owner_name, e.login AS owner_login, m.address, m.sender_name, m.deliver_to, \
         m.project_ids, m.is_default, m.replies_to_this_address, m.save_to_sent, m.signature_html, m.created_at, m.version \
         FROM mailbox m LEFT JOIN person p ON p.account_id = m.account_id AND p.id = m.owner_id \
         LEFT JOIN employee e ON e.account_id = m.account_id AND e.id = m.owner_id \
         WHERE m.account_id = $1 AND m.deleted_at IS NULL "
    };
}

statements! {
    INSERT_MAILBOX = ["INSERT INTO mailbox (account_id, id, owner_id, address, address_key, sender_name, deliver_to, \
        is_default, replies_to_this_address, save_to_sent, signature_html, created_at, project_ids, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)"];
    UPDATE_MAILBOX = ["UPDATE mailbox SET address = $4, address_key = $5, sender_name = $6, deliver_to = $7, \
        is_default = $8, replies_to_this_address = $9, save_to_sent = $10, signature_html = $11, project_ids = $12, \
        version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL"];
    DELETE_MAILBOX = ["UPDATE mailbox SET deleted_at = $4, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL"];
    FIND_MAILBOX = [mailboxes!() "AND m.id = $2"];
    FIND_BY_ADDRESS = ["SELECT id AS value FROM mailbox \
        WHERE account_id = $1 AND address_key = $2 AND deleted_at IS NULL"];
    /// Newest first: the account's, and those of one employee.
    LIST_MAILBOXES = [mailboxes!() "AND (m.owner_id IS NULL OR m.owner_id = $2) AND (m.created_at, m.id) < ($3, $4) \
        ORDER BY m.created_at DESC, m.id DESC LIMIT $5"];
    LIST_DEFAULT_MAILBOXES = [mailboxes!() "AND m.is_default = TRUE AND (m.owner_id IS NULL OR m.owner_id = $2) \
        ORDER BY m.created_at, m.id"];
    LIST_MAILBOXES_BY_ID = [mailboxes!() "AND m.id " { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }];
    INSERT_NOTIFICATION = ["INSERT INTO notification (account_id, id, person_id, kind, mailbox_id, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6)"];
}

/// Inserts a mailbox whose address was found to be free in the same transaction.
pub async fn insert(
    tx: &mut WriteTx,
    account: AccountId,
    new: &MailboxRow,
    address_key: &str,
) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            INSERT_MAILBOX,
            account,
            new.id,
            new.owner_id,
            new.address,
            address_key,
            new.sender_name,
            new.deliver_to,
            new.is_default,
            new.replies_to_this_address,
            new.save_to_sent,
            new.signature_html,
            new.created_at,
            new.project_ids
        )
    )
    .map(drop)
}

/// Writes a mailbox's fields; false where it is not at its `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    changed: &MailboxRow,
    address_key: &str,
) -> Result<bool, StorageError> {
    let n_changed = db!(
        tx,
        execute(
            UPDATE_MAILBOX,
            account,
            changed.id,
            changed.version,
            changed.address,
            address_key,
            changed.sender_name,
            changed.deliver_to,
            changed.is_default,
            changed.replies_to_this_address,
            changed.save_to_sent,
            changed.signature_html,
            changed.project_ids
        )
    )?;
    Ok(n_changed == 1)
}

/// Marks a mailbox as deleted, because mails that left by it name it; false where it is not at `version` any more.
pub async fn delete(
    tx: &mut WriteTx,
    account: AccountId,
    id: MailboxId,
    version: i64,
    at: Timestamp,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(DELETE_MAILBOX, account, id, version, at))? == 1)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: MailboxId,
) -> Result<Option<MailboxRow>, StorageError> {
    db!(tx, fetch_optional::<MailboxRow>(FIND_MAILBOX, account, id))
}

pub async fn find_by_address(
    tx: &mut dyn Tx,
    account: AccountId,
    address_key: &str,
) -> Result<Option<MailboxId>, StorageError> {
    let found = db!(tx, fetch_optional::<Scalar<MailboxId>>(FIND_BY_ADDRESS, account, address_key))?;
    Ok(found.map(|it| it.0))
}

/// The account's mailboxes and the employee's own, newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    employee: PersonId,
    page: PageRequest,
) -> Result<Page<MailboxRow>, StorageError> {
    let before = page.before();
    let rows = db!(
        tx,
        fetch_all::<MailboxRow>(LIST_MAILBOXES, account, employee, before.at(), before.id(), page.fetch())
    )?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// The mailboxes that are chosen where an employee names none, oldest first.
pub async fn list_defaults(
    tx: &mut dyn Tx,
    account: AccountId,
    employee: PersonId,
) -> Result<Vec<MailboxRow>, StorageError> {
    db!(tx, fetch_all::<MailboxRow>(LIST_DEFAULT_MAILBOXES, account, employee))
}

/// Those of these mailboxes that are still there.
pub async fn list_by_ids(
    tx: &mut dyn Tx,
    account: AccountId,
    ids: impl IntoIterator<Item = MailboxId>,
) -> Result<HashMap<MailboxId, MailboxRow>, StorageError> {
    let ids = Ids::new(ids.into_iter().map(MailboxId::uuid));
    let rows = db!(tx, fetch_all::<MailboxRow>(LIST_MAILBOXES_BY_ID, account, ids))?;
    Ok(rows.into_iter().map(|it| (it.id, it)).collect())
}

/// Tells an employee in the application of what happened to a mailbox.
pub async fn notify(
    tx: &mut WriteTx,
    account: AccountId,
    id: NotificationId,
    person: PersonId,
    mailbox: MailboxId,
    at: Timestamp,
) -> Result<(), StorageError> {
    let kind = NotificationKind::MailboxFailing;
    tx.touched.entry(account).or_default().push((person, id));
    db!(tx, execute(INSERT_NOTIFICATION, account, id, person, kind, mailbox, at)).map(drop)
}
