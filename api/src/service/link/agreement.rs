//! Who may send to whom: links are asked for, answered and ended, each account deciding for itself.

use liaison_domain::{
    account::{EmployeeStatus, Login},
    audit::AuditAction,
    change::Change,
    id::{AccountId, LinkGrantId, PersonId, StreamId},
    link::{
        state::{GrantState, LinkState},
        wire::{LinkRequested, Operation},
    },
    notification::NotificationKind,
    refusal::{Code, FieldCode, Refusal},
};
use liaison_persistence::{
    account, change_feed,
    database::WriteTx,
    employee,
    link::{
        self, LinkRow,
        grant::{self, GrantRow},
        mirror, settings,
    },
    notification::{self, NewNotification},
};

use super::{
    To, crossing, directory,
    directory::Found,
    ending,
    log::{About, note},
    say,
};
use crate::{
    app::App,
    service::{Failure, account as own_account, caller::StaffCaller, outgoing_mail},
};

/// Links a person of ours with an employee of another account and asks for leave to send to him (LINKA-1, LINKB-1).
pub async fn request(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    person: PersonId,
    found: &Found,
    pointer: &'static str,
) -> Result<(), Failure> {
    let account = caller.account;
    require_permitted(tx, account, &found.account.name, pointer).await?;
    let (peer, remote) = (found.account.id, found.employee.id);
    if let Some(taken) = link::find_by_remote(tx, account, peer, remote).await? {
        if taken.state != LinkState::Introduced {
            return Err(Refusal::new(Code::AlreadyLinked, "Somebody else is linked with that person.")
                .at(pointer, FieldCode::Taken, "is linked already")
                .into());
        }
        // He was known by name alone; from now on he is this one.
        link::delete(tx, account, taken.person_id).await?;
    }
    let row = LinkRow {
        person_id: person,
        stream_id: app.env.id(),
        peer_id: peer,
        remote_id: remote,
        login: Some(found.employee.login.clone()),
        state: LinkState::Pending,
    };
    link::insert(tx, account, &row, app.env.now()).await?;
    ask(tx, app, account, &row, Some(caller.employee)).await
}

/// Who of ours is linked with this person already.
pub async fn find_linked(
    tx: &mut WriteTx,
    account: AccountId,
    found: &Found,
) -> Result<Option<PersonId>, Failure> {
    let row = link::find_by_remote(tx, account, found.account.id, found.employee.id).await?;
    Ok(row.map(|it| it.person_id))
}

/// Asks for leave to send to somebody whom his account has named; false where our own account forbids it (LINKR-3).
pub async fn request_introduced(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &LinkRow,
) -> Result<bool, Failure> {
    let peer = account::find(tx, row.peer_id).await?.ok_or_else(Refusal::not_found)?;
    if row.login.is_none() || !settings::get(tx, account).await?.may_leave_to(&peer.name) {
        return Ok(false);
    }
    link::update_state(tx, account, row.person_id, LinkState::Pending).await?;
    ask(tx, app, account, row, None).await?;
    Ok(true)
}

pub(super) async fn ask(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &LinkRow,
    by: Option<PersonId>,
) -> Result<(), Failure> {
    note(tx, app, account, AuditAction::LinkRequested, by, About::sent_to(row)).await?;
    let is_primary = employee::find(tx, account, row.person_id).await?.is_some();
    let (to, person) = (row.remote_id.uuid(), row.person_id.uuid());
    let requested = LinkRequested { to, person, is_primary };
    say(tx, app, account, stream(row), Operation::LinkRequested(requested)).await.map(drop)
}

pub(super) const fn stream(row: &LinkRow) -> To {
    To { stream: row.stream_id, peer: row.peer_id, task: None }
}

/// LINKR-1…4: whether the account lets links out to that one.
async fn require_permitted(
    tx: &mut WriteTx,
    account: AccountId,
    peer: &str,
    pointer: &'static str,
) -> Result<(), Failure> {
    if settings::get(tx, account).await?.may_leave_to(peer) {
        return Ok(());
    }
    let detail =
        "Links with that account are forbidden by this account's settings; an administrator can change them.";
    Err(Refusal::new(Code::LinkForbiddenByPolicy, detail)
        .at(pointer, FieldCode::Invalid, "is of an account that links may not be made with")
        .into())
}

/// Another account asks for leave to send to an employee of ours; gives why nothing came of it.
pub(super) async fn requested(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    peer: AccountId,
    stream: StreamId,
    asked: &LinkRequested,
) -> Result<Option<&'static str>, Failure> {
    let (to, remote) = (PersonId::new(asked.to), PersonId::new(asked.person));
    let back = To { stream, peer, task: None };
    let known = employee::find(tx, account, to).await?.filter(|it| it.status == EmployeeStatus::Active);
    let (Some(employee), Some(origin)) = (known, account::find(tx, peer).await?) else {
        say(tx, app, account, back, Operation::LinkAnswered { accepted: false }).await?;
        return Ok(Some("no such employee works here"));
    };
    let is_primary =
        asked.is_primary && directory::are_same(tx, (peer, remote), (account, employee.id)).await?;
    let state = settings::get(tx, account).await?.decide(&origin.name, is_primary);
    let row = GrantRow {
        id: app.env.id(),
        employee_id: employee.id,
        stream_id: stream,
        peer_id: peer,
        peer: origin.name.clone(),
        remote_id: remote,
        state,
        is_primary,
        created_at: app.env.now(),
    };
    grant::upsert(tx, account, &row).await?;
    let action = match state {
        GrantState::Active => AuditAction::LinkAccepted,
        GrantState::Refused => AuditAction::LinkRefused,
        GrantState::Pending | GrantState::Ended => AuditAction::LinkRequested,
    };
    note(tx, app, account, action, None, About::received_by(&row)).await?;
    if state == GrantState::Pending {
        let notice = NewNotification {
            id: app.env.id(),
            person: employee.id,
            kind: NotificationKind::LinkRequested,
            task: None,
            comment: None,
            author: None,
            detail: Some(format!("{} wants to send you tasks.", origin.title)),
        };
        notification::insert_all(tx, account, [notice], app.env.now()).await?;
    } else {
        let accepted = state == GrantState::Active;
        say(tx, app, account, back, Operation::LinkAnswered { accepted }).await?;
    }
    change_feed::append(tx, account, Change::LinkRequested, employee.id.uuid(), app.env.now());
    Ok(None)
}

/// The other account has answered; what waited crosses, or never will.
pub(super) async fn answered(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    stream: StreamId,
    accepted: bool,
) -> Result<Option<&'static str>, Failure> {
    let Some(row) = link::find_by_stream(tx, account, stream).await? else {
        return Ok(Some("the link has been ended here"));
    };
    let action = if accepted { AuditAction::LinkAccepted } else { AuditAction::LinkRefused };
    note(tx, app, account, action, None, About::sent_to(&row)).await?;
    if accepted {
        link::update_state(tx, account, row.person_id, LinkState::Active).await?;
        // What no server has taken yet goes over the link instead, so that nothing is delivered twice (LINKA-4).
        for it in outgoing_mail::call_back_from(tx, app, account, row.person_id).await? {
            mirror::wait(tx, account, row.person_id, it.task_id, it.since).await?;
        }
        crossing::release(tx, app, account, &LinkRow { state: LinkState::Active, ..row.clone() }).await?;
        change_feed::append(tx, account, Change::LinkAccepted, row.person_id.uuid(), app.env.now());
    } else {
        ending::forget(tx, app, account, &row).await?;
        change_feed::append(tx, account, Change::LinkRefused, row.person_id.uuid(), app.env.now());
    }
    Ok(None)
}

/// An employee's answer to a request, also one that he gave otherwise before.
pub async fn answer(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    id: LinkGrantId,
    accepted: bool,
) -> Result<GrantRow, Failure> {
    let found = grant::find(tx, caller.account, id).await?;
    let row = found.filter(|it| it.employee_id == caller.employee).ok_or_else(Refusal::not_found)?;
    if row.state == GrantState::Ended {
        return Err(Refusal::new(Code::LinkEnded, "The other account has ended the link.").into());
    }
    let state = if accepted { GrantState::Active } else { GrantState::Refused };
    if accepted && row.state == GrantState::Refused {
        return Err(
            Refusal::new(Code::LinkEnded, "The link was refused; the other account may ask anew.").into()
        );
    }
    if state == row.state {
        return Ok(row);
    }
    grant::update_state(tx, caller.account, id, state).await?;
    let back = To { stream: row.stream_id, peer: row.peer_id, task: None };
    say(tx, app, caller.account, back, Operation::LinkAnswered { accepted }).await?;
    let (change, action) = if accepted {
        (Change::LinkAccepted, AuditAction::LinkAccepted)
    } else {
        (Change::LinkRefused, AuditAction::LinkRefused)
    };
    note(tx, app, caller.account, action, Some(caller.employee), About::received_by(&row)).await?;
    change_feed::append(tx, caller.account, change, row.employee_id.uuid(), app.env.now());
    Ok(GrantRow { state, ..row })
}

/// Finds the employee of another account that an internal address names (LINKA-6, S23). None for an ordinary address.
pub async fn find_addressed(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    address: &liaison_domain::mail_address::EmailAddress,
    pointer: &'static str,
) -> Result<Option<Found>, Failure> {
    let Some(name) = directory::account_of(app, address) else { return Ok(None) };
    let own = own_account::get(tx, account).await?;
    if own.name == name {
        return Err(Refusal::new(Code::ValidationFailed, "An address of one's own account makes no link.")
            .at(pointer, FieldCode::Invalid, "is an address of your own account")
            .into());
    }
    // No login is written so: the address is a task's, say, and takes mail like any other.
    if Login::parse(address.local_part()).is_err() {
        return Ok(None);
    }
    require_permitted(tx, account, name, pointer).await?;
    // Whoever tries one address after another would learn who works where (S23).
    app.limits.count_link(account)?;
    let found = directory::find(tx, name, address.local_part()).await?;
    // An account that refuses sounds like one that is not there.
    let open = found.filter(|it| it.settings.decide(&own.name, false) != GrantState::Refused);
    Ok(Some(open.ok_or_else(|| {
        Refusal::new(Code::ValidationFailed, "Nobody can be linked by this address.").at(
            pointer,
            FieldCode::UnknownAddress,
            "names nobody who can be linked",
        )
    })?))
}
