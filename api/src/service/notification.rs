//! What an employee was told in the application: his own feed, and what he has read of it (NTF-12). What gets into it is for
//! [`super::fan_out`].

pub mod live;

use liaison_domain::{id::NotificationId, refusal::Refusal};
use liaison_persistence::{
    database::{Tx, WriteTx},
    notification::{self, NotificationRow},
    page::{Page, PageRequest},
};

use super::{Failure, caller::StaffCaller};
use crate::env::Env;

/// Unread notices are counted to here.
pub const MAX_COUNTED: i64 = 1000;

/// What is to be marked as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marked {
    /// These of his.
    Some(Vec<NotificationId>),
    /// Everything that is there.
    All,
}

/// What the caller was told and still may see, newest first.
pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    unread_only: bool,
    page: PageRequest,
) -> Result<Page<NotificationRow>, Failure> {
    Ok(notification::list(tx, caller.account, caller.scope(), unread_only, page).await?)
}

/// How many of these the caller has not read, up to [`MAX_COUNTED`].
pub async fn count_unread(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<i64, Failure> {
    Ok(notification::count_unread(tx, caller.account, caller.scope(), MAX_COUNTED).await?)
}

/// Marks the caller's notices as read; what is not for him is not known here.
pub async fn mark_read(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    marked: &Marked,
) -> Result<(), Failure> {
    let (account, person) = (caller.account, caller.employee);
    let own = match marked {
        Marked::All => notification::lock_unread(tx, account, person).await?,
        Marked::Some(ids) => {
            let own = notification::lock_own(tx, account, person, ids).await?;
            if let Some(i) = ids.iter().position(|it| !own.contains(it)) {
                return Err(Refusal::unknown_id(format!("/ids/{i}")).into());
            }
            own
        }
    };
    Ok(notification::mark_read(tx, account, person, &own, env.now()).await?)
}
