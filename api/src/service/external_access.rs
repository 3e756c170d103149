//! Which contacts may sign in (LVL-2 … LVL-5).

use liaison_domain::{
    change::Change,
    external_access::{AccessState, Invitable, LinkPurpose, decide_invitation},
    id::PersonId,
    refusal::{Code, Refusal},
};
use liaison_persistence::{
    account, change_feed, contact,
    database::{Tx, WriteTx},
    employee,
    external_access::{self, AccessRow},
    password_link::{self, LinkRow},
};

use super::{Failure, caller::StaffCaller, password_link as links, stale};
use crate::app::App;

/// A contact's access, and the link that he was mailed last.
#[derive(Debug)]
pub struct Access {
    pub row: AccessRow,
    pub invitation: Option<LinkRow>,
}

/// A contact's access; one who has none sounds like one who is not there.
pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller, contact: PersonId) -> Result<Access, Failure> {
    contact::find(tx, caller.account, contact).await?.ok_or_else(Refusal::not_found)?;
    let row = external_access::find(tx, caller.account, contact).await?.ok_or_else(Refusal::not_found)?;
    let invitation = password_link::find_latest(tx, caller.account, contact, LinkPurpose::Invitation).await?;
    Ok(Access { row, invitation })
}

/// Invites a contact to sign in.
pub async fn invite(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    id: PersonId,
) -> Result<Access, Failure> {
    let found = contact::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?;
    require_right(tx, caller).await?;
    let before = external_access::find(tx, caller.account, id).await?;
    let card = &found.card;
    let invitable =
        Invitable { email: card.emails.first(), is_spam: card.spam, has_access: before.is_some() };
    let address = decide_invitation(&invitable)?;
    if !external_access::insert(tx, caller.account, id, caller.employee, app.env.now()).await? {
        return Err(Refusal::new(Code::AccessExists, "The contact was invited already.").into());
    }
    links::send(tx, app, caller.account, id, address, LinkPurpose::Invitation).await?;
    tell(tx, app, caller, id);
    get(tx, caller, id).await
}

/// Mails the invitation anew, to his main address of today; the link before it leads nowhere any more.
pub async fn resend(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    id: PersonId,
) -> Result<Access, Failure> {
    let found = contact::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?;
    require_right(tx, caller).await?;
    let access = get(tx, caller, id).await?;
    if access.row.state != AccessState::Invited {
        return Err(Refusal::new(Code::AlreadyAccepted, "The contact has accepted already.").into());
    }
    let card = &found.card;
    let invitable = Invitable { email: card.emails.first(), is_spam: card.spam, has_access: false };
    let address = decide_invitation(&invitable)?;
    links::send(tx, app, caller.account, id, address, LinkPurpose::Invitation).await?;
    tell(tx, app, caller, id);
    get(tx, caller, id).await
}

/// Takes access away for a while, or gives it back; taken away, his sessions end at once.
pub async fn set_suspended(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    id: PersonId,
    is_suspended: bool,
) -> Result<Access, Failure> {
    let Access { mut row, .. } = get(tx, caller, id).await?;
    require_right(tx, caller).await?;
    let next = if is_suspended { row.state.suspend() } else { row.state.resume() };
    let next = next.map_err(|code| Refusal::new(code, "The contact has not accepted yet."))?;
    if next != row.state {
        row.state = next;
        if !external_access::update(tx, caller.account, &row).await? {
            return Err(stale().into());
        }
        tell(tx, app, caller, id);
    }
    if next == AccessState::Suspended {
        end_sessions(tx, app, caller, id).await?;
    }
    get(tx, caller, id).await
}

/// Takes access away for good, or an invitation back: sessions and links end at once.
pub async fn withdraw(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Access,
) -> Result<(), Failure> {
    require_right(tx, caller).await?;
    let id = current.row.contact_id;
    external_access::delete(tx, caller.account, id).await?;
    end_sessions(tx, app, caller, id).await?;
    tell(tx, app, caller, id);
    Ok(())
}

async fn end_sessions(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    contact: PersonId,
) -> Result<(), Failure> {
    account::revoke_sessions_of(tx, caller.account, contact, app.env.now()).await?;
    Ok(password_link::end_all_of(tx, caller.account, contact, app.env.now()).await?)
}

/// LVL-2: administrators, and whom they let.
async fn require_right(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<(), Failure> {
    if caller.role.is_admin() {
        return Ok(());
    }
    let own = employee::find(tx, caller.account, caller.employee).await?;
    if own.is_some_and(|it| it.manages_external_access) {
        return Ok(());
    }
    Err(Refusal::forbidden("Only administrators and those whom they let decide which contacts sign in.")
        .into())
}

fn tell(tx: &mut WriteTx, app: &App, caller: &StaffCaller, contact: PersonId) {
    change_feed::append(tx, caller.account, Change::ContactUpdated, contact.uuid(), app.env.now());
}
