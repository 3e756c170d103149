//! How links end: for a person, or for one task. What crossed stays on both sides, nothing more crosses, and the people of
//! the other side are detached (LINKD-1…3).

use liaison_domain::{
    audit::AuditAction,
    change::Change,
    id::{AccountId, PersonId},
    link::{
        register::Stamp,
        state::{LinkState, MirrorState},
        wire::Operation,
    },
    person::PersonKind,
    refusal::Refusal,
    task::{TaskRight, TaskRole},
};
use liaison_persistence::{
    change_feed,
    database::WriteTx,
    link::{
        self, LinkRow,
        mirror::{self, MirrorRow},
    },
    task,
};
use serde_json::json;

use super::{
    To, agreement,
    edits::{self, TaskEdit},
    log::{About, note},
    say,
};
use crate::{
    app::App,
    service::{
        Failure,
        access::Entered,
        audit::{self, Act},
        caller::StaffCaller,
    },
};

/// Ends the link of a person of ours: nothing that is addressed to him crosses any more (LINKD-1).
pub async fn end(tx: &mut WriteTx, app: &App, caller: &StaffCaller, person: PersonId) -> Result<(), Failure> {
    let account = caller.account;
    let found = link::list_of_persons(tx, account, [person]).await?.remove(&person);
    let row = found.ok_or_else(Refusal::not_found)?;
    let about = About::sent_to(&row);
    note(tx, app, account, AuditAction::LinkEnded, Some(caller.employee), about).await?;
    say(tx, app, account, agreement::stream(&row), Operation::LinkEnded {}).await?;
    forget(tx, app, account, &row).await?;
    change_feed::append(tx, account, Change::LinkEnded, person.uuid(), app.env.now());
    Ok(())
}

/// Takes a link away. Mirrors that are meant for nobody else who has consented end with it.
pub(super) async fn forget(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &LinkRow,
) -> Result<(), Failure> {
    let person = row.person_id;
    for mirror in mirror::list_of_person(tx, account, person).await? {
        mirror::leave(tx, account, mirror.id, person).await?;
        let others = mirror::list_persons(tx, account, [mirror.id]).await?.remove(&mirror.id);
        let links = link::list_of_persons(tx, account, others.unwrap_or_default()).await?;
        if !links.values().any(|it| it.state == LinkState::Active) && mirror.state == MirrorState::Open {
            cut(tx, app, account, &mirror).await?;
        }
        detach(tx, app, account, &mirror, &[person]).await?;
    }
    mirror::take_waiting(tx, account, person).await?;
    link::delete(tx, account, person).await?;
    Ok(())
}

/// Cuts a task off from its copy in another account, for whoever may edit the task (LINKD-2).
pub async fn cut_task(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    peer: &str,
) -> Result<(), Failure> {
    entered.require(caller, TaskRight::Edit)?;
    let mirrors = mirror::list_of_task(tx, caller.account, entered.task.id).await?;
    let found = mirrors.into_iter().find(|it| it.peer == peer && it.state == MirrorState::Open);
    let act = Act {
        by: Some(caller.employee),
        action: AuditAction::TaskUnlinked,
        subject: entered.task.id.uuid(),
        detail: json!({"account": peer}),
    };
    audit::record(tx, &app.env, caller.account, act).await?;
    cut(tx, app, caller.account, &found.ok_or_else(Refusal::not_found)?).await
}

async fn cut(tx: &mut WriteTx, app: &App, account: AccountId, row: &MirrorRow) -> Result<(), Failure> {
    let stamp = Stamp::after(Some(row.stamp()), app.env.now(), account);
    let to = To { stream: row.id, peer: row.peer_id, task: Some(row.task_id) };
    say(tx, app, account, to, Operation::MirrorCut { stamp }).await?;
    close(tx, app, account, row, stamp).await
}

/// Has nothing cross any more, on this side.
pub(super) async fn close(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &MirrorRow,
    stamp: Stamp,
) -> Result<(), Failure> {
    mirror::update_state(tx, account, row.id, MirrorState::Cut, stamp).await?;
    detach_all(tx, app, account, row).await
}

/// Forgets a mirror of which the other account has no copy: whoever is addressed anew begins another one.
pub(super) async fn withdraw(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &MirrorRow,
) -> Result<(), Failure> {
    detach_all(tx, app, account, row).await?;
    Ok(mirror::delete(tx, account, row.id).await?)
}

async fn detach_all(tx: &mut WriteTx, app: &App, account: AccountId, row: &MirrorRow) -> Result<(), Failure> {
    let people = mirror::list_persons(tx, account, [row.id]).await?.remove(&row.id).unwrap_or_default();
    detach(tx, app, account, row, &people).await?;
    task::touch(tx, account, row.task_id, app.env.now()).await?;
    change_feed::append(tx, account, Change::TaskUpdated, row.task_id.uuid(), app.env.now());
    Ok(())
}

/// Takes contacts of the other account out of the task (LINKD-3), and tells other accounts of it. An assigner stays where
/// nobody of ours can take his place: a task has one (ROL-1).
async fn detach(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &MirrorRow,
    people: &[PersonId],
) -> Result<(), Failure> {
    let members = task::list_members(tx, account, [row.task_id]).await?.remove(&row.task_id);
    let members = members.unwrap_or_default();
    let leaves = |id: PersonId, kind: PersonKind| kind == PersonKind::Contact && people.contains(&id);
    let mut edit = TaskEdit::default();
    for (role, it) in members.0.iter().filter(|(_, it)| leaves(it.id, it.kind)) {
        if *role != TaskRole::Assigner {
            task::delete_member(tx, account, row.task_id, *role, it.id).await?;
            edit.people.push((*role, it.id, false));
            continue;
        }
        let own = |role| members.of(role).find(|it| it.kind == PersonKind::Employee);
        if let Some(heir) = own(TaskRole::Assignee).or_else(|| own(TaskRole::Participant)) {
            task::replace_members(tx, account, row.task_id, TaskRole::Assigner, &[heir.id]).await?;
            edit.assigner = Some(heir.id);
        }
    }
    edits::tell(tx, app, account, row.task_id, edit, Some(row.id)).await
}
