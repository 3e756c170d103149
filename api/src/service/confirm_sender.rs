//! An employee says that the sender of a mailed comment is who he says he is: what was held back leaves now (R17).

use liaison_domain::{
    change::Change,
    comment::Comment,
    id::{AccountId, CommentId},
    outgoing::{MailKind, SkipReason},
    person::{Addressee, PersonKind},
    refusal::Refusal,
    task::{Task, TaskRole},
};
use liaison_persistence::{
    change_feed,
    comment::{self, Warning},
    database::WriteTx,
    incoming_mail, outgoing_mail, person, task,
};

use super::{
    Failure,
    caller::StaffCaller,
    comment::tell,
    fan_out::Notice,
    link::crossing::{self, CommentEvent, Shown},
};
use crate::app::App;

/// Confirms the sender of a comment that the caller sees. Who was unknown is known from now on, so his other comments
/// are shown as well; what a domain disowned is confirmed one by one, for each may come from somebody else. A comment
/// whose sender is confirmed stays as it is.
pub async fn confirm_sender(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Comment,
) -> Result<(), Failure> {
    if !current.unrecognized_sender {
        return Ok(());
    }
    let held = if current.sender_disowned {
        vec![current.clone()]
    } else {
        comment::list_unconfirmed(tx, caller.account, current.author_id).await?
    };
    for it in &held {
        release(tx, app, caller.account, it).await?;
    }
    Ok(())
}

/// Shows a comment to the contacts that it is addressed to, and sends it to them; employees have been told already.
async fn release(tx: &mut WriteTx, app: &App, account: AccountId, held: &Comment) -> Result<(), Failure> {
    if !comment::confirm_sender(tx, account, held.id).await? {
        return Ok(());
    }
    let task = task::find(tx, account, held.task_id).await?.ok_or_else(Refusal::not_found)?;
    if held.sender_disowned {
        take_part(tx, account, &task, held).await?;
    }
    let reason = SkipReason::UnconfirmedSender;
    outgoing_mail::delete_skipped(tx, account, held.id, reason).await?;
    let mut warnings = warnings(tx, account, held.id).await?;
    warnings.retain(|it| it.code != reason.as_str());
    let contacts = contacts(tx, account, held.id).await?;
    if !contacts.is_empty() {
        let notice = Notice {
            account,
            task: &task,
            kind: MailKind::NewComment,
            comment: Some(held.id),
            author: held.author_id,
            mailbox: None,
            audience: &contacts,
            contacts_wait: false,
            hops: hops(tx, account, held).await?,
            by_mail: false,
            mentioned: &[],
            is_for_others: true,
            rejects: false,
        };
        warnings.extend(tell(tx, app, &notice, true).await?);
    }
    comment::update_warnings(tx, account, held.id, &warnings).await?;
    change_feed::append(tx, account, Change::CommentUpdated, held.id.uuid(), app.env.now());
    let shown = Comment { unrecognized_sender: false, ..held.clone() };
    crossing::comment_changed(
        tx,
        app,
        account,
        &shown,
        CommentEvent::Shown(Shown { is_history: false, over: None }),
    )
    .await
}

/// CBM-4, as for every contact who writes; put off until it is known that he did.
async fn take_part(tx: &mut WriteTx, account: AccountId, task: &Task, held: &Comment) -> Result<(), Failure> {
    let members = task::list_members(tx, account, [task.id]).await?.remove(&task.id).unwrap_or_default();
    if members.roles_of(held.author_id).is_empty() {
        let role = [(TaskRole::Participant, held.author_id)];
        task::insert_members(tx, account, task.id, role).await?;
    }
    Ok(())
}

async fn warnings(tx: &mut WriteTx, account: AccountId, id: CommentId) -> Result<Vec<Warning>, Failure> {
    Ok(comment::list_warnings(tx, account, [id]).await?.remove(&id).unwrap_or_default())
}

/// The contacts in the comment's audience, in the order of addressing.
async fn contacts(tx: &mut WriteTx, account: AccountId, id: CommentId) -> Result<Vec<Addressee>, Failure> {
    let audience = comment::list_recipients(tx, account, [id]).await?.remove(&id).unwrap_or_default();
    let contacts = audience.iter().filter(|it| it.kind == PersonKind::Contact).map(|it| it.id);
    let mut known = person::list_addressees(tx, account, contacts.clone()).await?;
    Ok(contacts.filter_map(|it| known.remove(&it)).collect())
}

/// How far the mail came that brought the comment (R3).
async fn hops(tx: &mut WriteTx, account: AccountId, held: &Comment) -> Result<u32, Failure> {
    let Some(id) = held.incoming_mail_id else { return Ok(0) };
    let mail = incoming_mail::find(tx, account, id).await?;
    Ok(mail.and_then(|it| it.hops).and_then(|it| it.try_into().ok()).unwrap_or_default())
}
