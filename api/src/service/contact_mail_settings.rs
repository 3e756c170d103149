//! What an account decides about the mail to its contacts; for its administrators.

use liaison_domain::{change::Change, contact_mail::ContactMailSettings, refusal::Refusal};
use liaison_persistence::{
    change_feed, contact_mail_settings,
    database::{Tx, WriteTx},
    task,
};

use super::{Failure, caller::StaffCaller, stale};
use crate::env::Env;

pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<ContactMailSettings, Failure> {
    caller.require_admin()?;
    Ok(contact_mail_settings::get(tx, caller.account).await?)
}

/// Changes the settings, unless somebody did since `changed` was read.
pub async fn update(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    changed: &ContactMailSettings,
) -> Result<ContactMailSettings, Failure> {
    caller.require_admin()?;
    if let Some(id) = changed.compose_task_template
        && task::find(tx, caller.account, id).await?.is_none()
    {
        return Err(Refusal::unknown_id("/compose_task_template").into());
    }
    if !contact_mail_settings::update(tx, caller.account, changed).await? {
        return Err(stale().into());
    }
    let id = caller.account.uuid();
    change_feed::append(tx, caller.account, Change::ContactMailSettingsUpdated, id, env.now());
    get(tx, caller).await
}
