//! What an account decides about the mail that comes in; for its administrators.

use liaison_domain::{change::Change, inbound::settings::IncomingSettings};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    incoming_settings,
};

use super::{Failure, caller::StaffCaller, stale};
use crate::env::Env;

pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<IncomingSettings, Failure> {
    caller.require_admin()?;
    Ok(incoming_settings::get(tx, caller.account).await?)
}

/// Changes the settings, unless somebody did since `changed` was read.
pub async fn update(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    changed: &IncomingSettings,
) -> Result<IncomingSettings, Failure> {
    caller.require_admin()?;
    if !incoming_settings::update(tx, caller.account, changed).await? {
        return Err(stale().into());
    }
    let id = caller.account.uuid();
    change_feed::append(tx, caller.account, Change::IncomingSettingsUpdated, id, env.now());
    get(tx, caller).await
}
