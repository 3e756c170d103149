//! The account that somebody works in who is employed in several (LINKB): what is addressed to him here appears there.

use liaison_domain::{
    account::AccountName,
    id::{AccountId, PersonId},
    link::state::GrantState,
    refusal::{Code, FieldCode, Refusal},
};
use liaison_persistence::{
    account::AccountRow,
    database::{Tx, WriteTx},
    employee,
    link::{
        self,
        grant::{self, GrantRow},
    },
};

use super::{agreement, directory, ending};
use crate::{
    app::App,
    service::{Failure, account, caller::StaffCaller},
};

/// Longest way from account to account that is looked at.
const MAX_STEPS: usize = 64;

/// The caller's primary account, and whether it is another one than this; this one where he chose none (LINKB-2).
pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<(AccountRow, bool), Failure> {
    let link = link::list_of_persons(tx, caller.account, [caller.employee]).await?;
    let peer = link.get(&caller.employee).map(|it| it.peer_id);
    Ok((account::get(tx, peer.unwrap_or(caller.account)).await?, peer.is_some()))
}

/// Chooses the account that receives what is addressed to the caller here (LINKB-1): one where he works too.
pub async fn set(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    name: &AccountName,
) -> Result<(), Failure> {
    let own = account::get(tx, caller.account).await?;
    let (current, is_chosen) = get(tx, caller).await?;
    if current.name == name.as_str() {
        return Ok(());
    }
    if own.name != name.as_str() {
        let me = employee::find(tx, caller.account, caller.employee).await?.ok_or_else(Refusal::not_found)?;
        let found = directory::find_same(tx, name, &me).await?;
        let open = found.filter(|it| it.settings.decide(&own.name, true) != GrantState::Refused);
        let found = open.ok_or_else(|| {
            Refusal::new(Code::ValidationFailed, "You don't work in an account of that name.").at(
                "/account",
                FieldCode::UnknownAccount,
                "is none that you work in",
            )
        })?;
        require_no_cycle(tx, caller.account, (found.account.id, found.employee.id)).await?;
        if is_chosen {
            ending::end(tx, app, caller, caller.employee).await?;
        }
        return agreement::request(tx, app, caller, caller.employee, &found, "/account").await;
    }
    ending::end(tx, app, caller, caller.employee).await
}

/// Goes back to working here; what crossed stays (LINKD-1).
pub async fn clear(tx: &mut WriteTx, app: &App, caller: &StaffCaller) -> Result<(), Failure> {
    let (_, is_chosen) = get(tx, caller).await?;
    if is_chosen { ending::end(tx, app, caller, caller.employee).await } else { Ok(()) }
}

/// LINKB-5: follows the choices that he made in other accounts, each account asked for itself.
async fn require_no_cycle(
    tx: &mut dyn Tx,
    from: AccountId,
    first: (AccountId, PersonId),
) -> Result<(), Failure> {
    let (mut account, mut person) = first;
    for _step in 0..MAX_STEPS {
        let Some(next) = link::list_of_persons(tx, account, [person]).await?.remove(&person) else {
            return Ok(());
        };
        (account, person) = (next.peer_id, next.remote_id);
        if account == from {
            break;
        }
    }
    let detail = "What is addressed to you there comes back here by your choices in other accounts.";
    Err(Refusal::new(Code::LinkCycle, detail)
        .at("/account", FieldCode::Invalid, "would close a circle")
        .into())
}

/// Who sends to the caller, or asks to.
pub async fn list_grants(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<Vec<GrantRow>, Failure> {
    Ok(grant::list(tx, caller.account, caller.employee).await?)
}
