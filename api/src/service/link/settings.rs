//! What an account decides about links, and what it lets nobody but administrators see of that (LINKT-4).

use liaison_domain::{change::Change, link::policy::LinkSettings};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    link::settings,
};

use crate::{
    env::Env,
    service::{Failure, caller::StaffCaller, stale},
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
    caller.require_admin()?;
    if !settings::update(tx, caller.account, changed).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, caller.account, Change::LinkSettingsUpdated, caller.account.uuid(), env.now());
    get(tx, caller).await
}
