//! The audit log: who changed what lets data out or in, for administrators. It is written in the transaction of the change.

use std::collections::HashMap;

use liaison_domain::{
    audit::AuditAction,
    id::{AccountId, PersonId},
    person::PersonRef,
};
use liaison_persistence::{
    audit::{self, AuditRow},
    database::{Tx, WriteTx},
    page::{Page, PageRequest},
    person,
    sql::Json,
};
use serde_json::Value;
use uuid::Uuid;

use super::{Failure, caller::StaffCaller};
use crate::env::Env;

/// What was done, by whom and to what.
#[derive(Debug)]
pub struct Act {
    /// The employee; none where another account or a rule did it.
    pub by: Option<PersonId>,
    pub action: AuditAction,
    pub subject: Uuid,
    /// An object.
    pub detail: Value,
}

/// Writes down what was done.
pub async fn record(tx: &mut WriteTx, env: &Env, account: AccountId, act: Act) -> Result<(), Failure> {
    let Act { by, action, subject, detail } = act;
    let row = AuditRow {
        id: env.id(),
        created_at: env.now(),
        actor_id: by,
        action,
        subject_id: subject,
        detail: Json(detail),
    };
    Ok(audit::insert(tx, account, &row).await?)
}

/// What was done, newest first, and the employees who did it.
pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    page: PageRequest,
) -> Result<(Page<AuditRow>, HashMap<PersonId, PersonRef>), Failure> {
    caller.require_admin()?;
    let page = audit::list(tx, caller.account, page).await?;
    let people = page.items.iter().filter_map(|it| it.actor_id);
    let people = person::list_refs(tx, caller.account, people).await?;
    Ok((page, people))
}
