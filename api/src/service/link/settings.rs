//! What an account decides about links, and what it lets nobody but administrators see of that (LINKT-4).

use liaison_domain::{audit::AuditAction, change::Change, link::policy::LinkSettings};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    link::settings,
};
use serde_json::{Value, json};

use crate::{
    env::Env,
    service::{
        Failure,
        audit::{self, Act},
        caller::StaffCaller,
        stale,
    },
};

/// The settings in force, for administrators.
pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<LinkSettings, Failure> {
    caller.require_admin()?;
    Ok(settings::get(tx, caller.account).await?)
}

/// Changes the settings, unless somebody did since `changed` was read. Links that are there stay (LINKR-5).
pub async fn update(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    changed: &LinkSettings,
) -> Result<LinkSettings, Failure> {
    let before = get(tx, caller).await?;
    if !settings::update(tx, caller.account, changed).await? {
        return Err(stale().into());
    }
    let act = Act {
        by: Some(caller.employee),
        action: AuditAction::LinkSettingsUpdated,
        subject: caller.account.uuid(),
        detail: json!({"before": told(&before), "after": told(changed)}),
    };
    audit::record(tx, env, caller.account, act).await?;
    change_feed::append(tx, caller.account, Change::LinkSettingsUpdated, caller.account.uuid(), env.now());
    get(tx, caller).await
}

/// Settings as the audit log keeps them.
fn told(it: &LinkSettings) -> Value {
    json!({
        "outgoing": it.outgoing.as_str(),
        "outgoing_accounts": it.outgoing_accounts,
        "trusted_accounts": it.trusted_accounts,
        "incoming": it.incoming.as_str(),
    })
}
