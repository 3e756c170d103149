//! What a contact writes in the portal: the same as if a mail of his had brought it (DASH-8).

use std::collections::HashMap;

use liaison_domain::{
    comment::Origin,
    file::{Attachment, File},
    id::{CommentId, FileId, TaskId},
    inbound::audience::Told,
    outgoing::DeliveryEventType,
    refusal::Refusal,
    task::TaskRole,
};
use liaison_persistence::{
    comment,
    database::WriteTx,
    incoming_settings,
    outgoing_mail::{
        answered::{self, PlacedRow},
        delivery::{self, NewEvent},
    },
    person, portal, task,
};

use super::reading::{PortalComment, find_visible, require_task, show_one};
use crate::{
    app::App,
    service::{
        Failure,
        caller::PortalCaller,
        comment::{self as conversation, NewComment},
        incoming::audience,
        rich_text::RichText,
    },
};

/// A comment as a contact writes it.
#[derive(Debug)]
pub struct CreateAnswer {
    pub body: RichText,
    /// None: the latest comment that he sees.
    pub reply_to: Option<CommentId>,
    /// What he uploaded.
    pub file_ids: Vec<FileId>,
}

/// Adds a contact's comment to a task that something in was for him. It goes to whom his answer by mail would go, and an
/// unknown sender's waits for the same confirmation (R17).
pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &PortalCaller,
    id: TaskId,
    new: CreateAnswer,
) -> Result<PortalComment, Failure> {
    require_task(tx, caller, id).await?;
    let (account, author) = (caller.account, caller.contact);
    let task = task::find(tx, account, id).await?.ok_or_else(Refusal::not_found)?;
    let members = task::list_members(tx, account, [id]).await?.remove(&id).unwrap_or_default();
    let answered = match new.reply_to {
        Some(it) => {
            Some(find_visible(tx, caller, id, it).await?.ok_or_else(|| Refusal::unknown_id("/reply_to"))?)
        }
        None => comment::find_last(tx, account, id, caller.scope()).await?,
    };
    let files = get_unsent(tx, caller, &new.file_ids).await?;
    if members.roles_of(author).is_empty() {
        // CBM-4
        task::insert_members(tx, account, id, [(TaskRole::Participant, author)]).await?;
    }
    let told = Told::decide(false, &incoming_settings::get(tx, account).await?);
    let audience = audience::decide(tx, account, answered.as_ref(), &members, author, told).await?;
    let comment = NewComment {
        arrival: None,
        author,
        origin: Origin::Portal,
        visible: new.body.text.clone(),
        elided: String::new(),
        subject: None,
        audience,
        // What answers a hidden comment stays in its circle (R23).
        hidden: answered.as_ref().is_some_and(|it| it.hidden),
        reply_to: answered.as_ref().map(|it| it.id),
        incoming_mail: None,
        unrecognized_sender: comment::waits_for_confirmation(tx, account, author).await?,
        sender_disowned: false,
        hops: 0,
        mailbox: None,
        files: files.into_iter().map(|it| Attachment { file: it.id, content_id: None }).collect(),
        warnings: Vec::new(),
        body: new.body,
    };
    let written = conversation::add(tx, app, account, &task, &members, comment).await?;
    if let Some(id) = written.reply_to {
        note_answered(tx, app, caller, id).await?;
    }
    show_one(tx, caller, written).await
}

/// The files that he names, in this order and each once.
async fn get_unsent(tx: &mut WriteTx, caller: &PortalCaller, ids: &[FileId]) -> Result<Vec<File>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = portal::list_unsent_files(tx, caller.account, caller.contact, ids.iter().copied()).await?;
    let mut found: HashMap<FileId, File> = found.into_iter().map(|it| (it.id, it)).collect();
    if let Some(i) = ids.iter().position(|id| !found.contains_key(id)) {
        return Err(Refusal::unknown_id(format!("/file_ids/{i}")).into());
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Notes in the ledger that the mail which brought him a comment was answered.
async fn note_answered(
    tx: &mut WriteTx,
    app: &App,
    caller: &PortalCaller,
    comment: CommentId,
) -> Result<(), Failure> {
    let mails = delivery::list_of_comment(tx, caller.account, comment).await?;
    let brought = answered::list_by_mails(tx, caller.account, mails).await?;
    let today = person::list_refs(tx, caller.account, brought.iter().map(|it| it.person_id)).await?;
    let event = |it: &PlacedRow| NewEvent {
        id: app.env.id(),
        mail: it.mail_id,
        person: it.person_id,
        kind: DeliveryEventType::Answered,
        detail: None,
    };
    let is_his = |it: &&PlacedRow| today.get(&it.person_id).is_some_and(|it| it.id == caller.contact);
    let events: Vec<NewEvent<'_>> = brought.iter().filter(is_his).map(event).collect();
    Ok(delivery::insert_events(tx, caller.account, &events, app.env.now()).await?)
}
