//! The audit log: written with what it tells of, never changed.

use liaison_domain::{
    Timestamp,
    audit::AuditAction,
    id::{AccountId, AuditEventId, PersonId},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    page::{Cursor, Page, PageRequest},
    sql::Json,
};

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub id: AuditEventId,
    pub created_at: Timestamp,
    /// The employee who did it; none where another account or a rule did.
    pub actor_id: Option<PersonId>,
    pub action: AuditAction,
    /// Whom or what it is about.
    pub subject_id: Uuid,
    pub detail: Json<Value>,
}
record!(AuditRow { id, created_at, actor_id, action, subject_id, detail });

statements! {
    INSERT_AUDIT_EVENT = ["INSERT INTO audit_event (account_id, id, created_at, actor_id, action, subject_id, detail) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)"];
    /// Newest first.
    LIST_AUDIT_EVENTS = ["SELECT id, created_at, actor_id, action, subject_id, detail FROM audit_event \
        WHERE account_id = $1 AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4"];
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, row: &AuditRow) -> Result<(), StorageError> {
    let AuditRow { id, created_at, actor_id, action, subject_id, detail } = row;
    db!(tx, execute(INSERT_AUDIT_EVENT, account, id, created_at, actor_id, action, subject_id, detail))
        .map(drop)
}

/// What was done, newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<AuditRow>, StorageError> {
    let before = page.before();
    let rows =
        db!(tx, fetch_all::<AuditRow>(LIST_AUDIT_EVENTS, account, before.at(), before.id(), page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}
