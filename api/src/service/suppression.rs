//! Addresses that no mail leaves to: by hand, by a server's refusal, by a complaint.

use liaison_domain::{
    Timestamp,
    change::Change,
    id::{AccountId, SuppressionId},
    mail_address::EmailAddress,
    refusal::Refusal,
    suppression::{SuppressionCause, outlasts},
    text::Line,
};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    page::{Page, PageRequest},
    suppression::{self, NewSuppression, SuppressionRow},
};

use super::{Failure, caller::StaffCaller};
use crate::env::Env;

/// Longest reason in characters.
pub const MAX_REASON_CHARS: usize = 500;

/// Those in force, newest first; that of one address where it is given.
pub async fn list(
    tx: &mut dyn Tx,
    env: &Env,
    caller: &StaffCaller,
    address: Option<&EmailAddress>,
    page: PageRequest,
) -> Result<Page<SuppressionRow>, Failure> {
    Ok(suppression::list(tx, caller.account, address, env.now(), page).await?)
}

async fn get(
    tx: &mut dyn Tx,
    env: &Env,
    caller: &StaffCaller,
    id: SuppressionId,
) -> Result<SuppressionRow, Failure> {
    Ok(suppression::find(tx, caller.account, id, env.now()).await?.ok_or_else(Refusal::not_found)?)
}

/// Stops mail to an address, or changes until when and why it is stopped.
pub async fn create(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    address: &EmailAddress,
    reason: Option<&str>,
    until: Option<Timestamp>,
) -> Result<SuppressionRow, Failure> {
    caller.require_admin()?;
    let new = NewSuppression {
        id: env.id(),
        address,
        cause: SuppressionCause::ByHand,
        reason,
        until,
        created_by: Some(caller.employee),
        at: env.now(),
    };
    let id = suppression::upsert(tx, caller.account, &new).await?;
    change_feed::append(tx, caller.account, Change::SuppressionCreated, id.uuid(), env.now());
    get(tx, env, caller, id).await
}

/// Lets mail leave to the address again.
pub async fn delete(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    id: SuppressionId,
) -> Result<(), Failure> {
    caller.require_admin()?;
    let row = get(tx, env, caller, id).await?;
    suppression::delete(tx, caller.account, row.id).await?;
    change_feed::append(tx, caller.account, Change::SuppressionDeleted, id.uuid(), env.now());
    Ok(())
}

/// Stops mail to an address for what a server or its owner said, unless it is stopped for longer already.
pub async fn suppress(
    tx: &mut WriteTx,
    env: &Env,
    account: AccountId,
    address: &str,
    cause: SuppressionCause,
    detail: &str,
) -> Result<(), Failure> {
    let Ok(address) = EmailAddress::parse(address) else { return Ok(()) };
    let now = env.now();
    let until = cause.lasts().map(|it| now + it);
    let current = suppression::list_by_addresses(tx, account, [address.key()], now).await?;
    let mut same = current.iter().filter(|it| it.automatic_only == cause.is_of_automatic_only());
    if same.any(|it| !outlasts(until, it.until)) {
        return Ok(());
    }
    let words = cause.as_str().replace('_', " ");
    let reason = Line::<MAX_REASON_CHARS>::make(&format!("{words}: {detail}"), &words);
    let new = NewSuppression {
        id: env.id(),
        address: &address,
        cause,
        reason: Some(reason.as_str()),
        until,
        created_by: None,
        at: now,
    };
    let id = suppression::upsert(tx, account, &new).await?;
    change_feed::append(tx, account, Change::SuppressionCreated, id.uuid(), env.now());
    Ok(())
}
