//! Comments: writing one, from wherever it comes, and changing or deleting one's own.

mod external;
mod publication;
mod warnings;

pub use external::as_read_by;
pub(super) use publication::{Publication, publish_all, tell};
pub(super) use warnings::nobody_addressed;

use liaison_domain::{
    Timestamp,
    change::Change,
    comment::{Comment, CommentKind, Origin, decide_departure},
    file::Attachment,
    id::{AccountId, CommentId, FileId, IncomingMailId, MailboxId, PersonId, StreamId, TaskId},
    person::{Addressee, PersonKind, PersonRef},
    refusal::Refusal,
    task::Task,
    visibility::{Around, SeenBy, explain},
};
use liaison_persistence::{
    account, change_feed,
    comment::{self, Warning},
    database::{Tx, WriteTx},
    employee, external_access, file,
    link::mirror::{self, MirrorCommentRow},
    outgoing_mail::recall,
    person,
    sql::Json,
    task::Members,
};
use uuid::Uuid;

use super::{
    Failure,
    access::{self, Entered},
    caller::{StaffCaller, UserCaller},
    file::get_attachable,
    held_comment::{self, HeldChange},
    link::crossing::{self, CommentEvent},
    mailbox, outgoing_mail,
    people::{Named, get_selectable},
    rich_text::RichText,
    stale,
};
use crate::app::App;

/// A comment as an employee writes it.
#[derive(Debug)]
pub struct CreateComment {
    pub body: RichText,
    /// Whom it is addressed to.
    pub notify: Vec<PersonId>,
    /// None: hidden where the comment that it answers is (COM-5).
    pub hidden: Option<bool>,
    pub reply_to: Option<CommentId>,
    pub file_ids: Vec<FileId>,
    /// What hangs on a comment that it is a copy of (COM-9).
    pub carried: Vec<Attachment>,
    /// The external mailbox that its mails leave by (OUT-6).
    pub mailbox: Option<MailboxId>,
    /// When it is to leave (COM-8); none: at once, or after the account's delay.
    pub send_at: Option<Timestamp>,
}

/// A comment from any origin, with everybody and everything in it known to be there.
#[derive(Debug)]
pub struct NewComment {
    pub author: PersonId,
    pub origin: Origin,
    pub body: RichText,
    /// What the author wrote now, and the rest; the whole text and nothing where no mail brought it.
    pub visible: String,
    pub elided: String,
    pub subject: Option<String>,
    pub audience: Vec<Addressee>,
    pub hidden: bool,
    pub reply_to: Option<CommentId>,
    pub incoming_mail: Option<IncomingMailId>,
    /// Comes from an address that nobody in the task has; contacts wait for a confirmation (R17).
    pub unrecognized_sender: bool,
    /// The domain of its From says that the mail is not its own.
    pub sender_disowned: bool,
    /// Systems like ours that the mail which brought it went through (R3).
    pub hops: u32,
    /// The external mailbox that its author chose.
    pub mailbox: Option<MailboxId>,
    pub files: Vec<Attachment>,
    /// What was noticed before it came here.
    pub warnings: Vec<Warning>,
    /// It came over a link.
    pub arrival: Option<Arrival>,
}

impl NewComment {
    /// What an employee writes here.
    pub(super) fn written(author: PersonId, body: RichText, audience: Vec<Addressee>) -> Self {
        Self {
            author,
            origin: Origin::Api,
            visible: body.text.clone(),
            elided: String::new(),
            subject: None,
            audience,
            hidden: false,
            reply_to: None,
            incoming_mail: None,
            unrecognized_sender: false,
            sender_disowned: false,
            hops: 0,
            mailbox: None,
            files: Vec::new(),
            warnings: Vec::new(),
            arrival: None,
            body,
        }
    }
}

/// How a comment came over a link.
#[derive(Debug)]
pub struct Arrival {
    pub mirror: StreamId,
    /// What both accounts call it.
    pub wire_id: Uuid,
    /// The accounts that it came through.
    pub path: Vec<Uuid>,
    /// When its author wrote and changed it.
    pub at: Timestamp,
    pub edited_at: Option<Timestamp>,
    /// It was there before its reader joined: nobody is told of it.
    pub is_history: bool,
}

/// Adds a comment of somebody who has signed in to a task that he may see; held where its time has not come.
pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &UserCaller,
    entered: &Entered,
    new: CreateComment,
) -> Result<Comment, Failure> {
    let asked = new.send_at;
    if let Some(at) = asked {
        held_comment::require_future(app, at)?;
    }
    let new = prepare(tx, caller, entered, new).await?;
    let leaves_the_house = new.audience.iter().any(|it| it.kind() == PersonKind::Contact);
    let delay = match account::find(tx, caller.account).await? {
        Some(account) if !caller.is_external() => account.send_delay_seconds,
        _ => 0,
    };
    match decide_departure(app.env.now(), asked, delay, leaves_the_house) {
        Some(at) => held_comment::hold(tx, app, caller.account, &entered.task, new, at).await,
        None => add(tx, app, caller.account, &entered.task, &entered.members, new).await,
    }
}

/// Looks up everybody and everything that the comment names.
pub(super) async fn prepare(
    tx: &mut WriteTx,
    caller: &UserCaller,
    entered: &Entered,
    new: CreateComment,
) -> Result<NewComment, Failure> {
    if caller.is_external() {
        external::require_allowed(tx, caller, entered, &new).await?;
    }
    let named: Vec<Named> = Named::each("/notify", &new.notify).collect();
    let mut known = get_selectable(tx, caller.account, &named).await?;
    known.remove(&caller.person);
    let audience = new.notify.iter().filter_map(|id| known.remove(id)).collect();
    let answered = match new.reply_to {
        Some(id) => Some(get_answered(tx, caller, entered, id).await?),
        None => None,
    };
    if let Some(id) = new.mailbox {
        mailbox::require_usable(
            tx,
            &StaffCaller::of_user(*caller)?,
            id,
            entered.task.project_id,
            "/mailbox_id",
        )
        .await?;
    }
    let files = get_attachable(tx, caller, &new.file_ids).await?;
    let files = files.into_iter().map(|it| Attachment { file: it.id, content_id: None });
    let files = files.chain(new.carried).collect();
    Ok(NewComment {
        hidden: new.hidden.unwrap_or(answered.is_some_and(|it| it.hidden)),
        reply_to: new.reply_to,
        mailbox: new.mailbox,
        files,
        ..NewComment::written(caller.person, new.body, audience)
    })
}

/// The comment that another one answers: of the same task, and seen by the caller.
async fn get_answered(
    tx: &mut WriteTx,
    caller: &UserCaller,
    entered: &Entered,
    id: CommentId,
) -> Result<Comment, Failure> {
    let found = comment::find_visible(tx, caller.account, id, caller.scope()).await?;
    let answered = found.filter(|it| it.task_id == entered.task.id && !it.is_held());
    Ok(answered.ok_or_else(|| Refusal::unknown_id("/reply_to"))?)
}

/// A comment that leaves at once, and the task that it is added to.
#[derive(Debug)]
pub(super) struct Addition<'a> {
    row: Comment,
    new: NewComment,
    task: &'a Task,
    members: &'a Members,
    /// It says why its author rejected the task (STA-3).
    pub(super) rejects: bool,
}

impl<'a> Addition<'a> {
    pub(super) fn of(app: &App, task: &'a Task, members: &'a Members, new: NewComment) -> Self {
        Self { row: row(app, task.id, &new, None), new, task, members, rejects: false }
    }

    /// Whether nobody is told of it but in the application.
    fn stays_here(&self) -> bool {
        self.new.audience.iter().all(|it| it.kind() == PersonKind::Employee && !it.is_linked)
    }

    fn publication(&self) -> Publication<'_> {
        let Self { row, new, task, members, rejects } = self;
        Publication {
            task,
            members,
            comment: row,
            audience: &new.audience,
            has_files: !new.files.is_empty(),
            hops: new.hops,
            over: new.arrival.as_ref().map(|it| it.mirror),
            is_history: new.arrival.as_ref().is_some_and(|it| it.is_history),
            rejects: *rejects,
            warnings: new.warnings.clone(),
        }
    }
}

/// Adds a comment that leaves at once.
pub async fn add(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: &Task,
    members: &Members,
    new: NewComment,
) -> Result<Comment, Failure> {
    let addition = Addition::of(app, task, members, new);
    add_all(tx, app, account, std::slice::from_ref(&addition)).await?;
    Ok(addition.row)
}

/// Adds comments that leave at once, in this order.
pub(super) async fn add_all(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    additions: &[Addition<'_>],
) -> Result<(), Failure> {
    // What a mail or another account is told depends on what was there before.
    for part in additions.chunk_by(|a, b| a.stays_here() && b.stays_here()) {
        let written: Vec<_> = part.iter().map(|it| (&it.row, &it.new)).collect();
        write_all(tx, account, &written).await?;
        let published: Vec<_> = part.iter().map(Addition::publication).collect();
        publish_all(tx, app, account, &published).await?;
    }
    Ok(())
}

/// Writes a comment that leaves later.
pub(super) async fn write(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: TaskId,
    new: &NewComment,
    send_at: Timestamp,
) -> Result<Comment, Failure> {
    let row = row(app, task, new, Some(send_at));
    write_all(tx, account, &[(&row, new)]).await?;
    Ok(row)
}

fn row(app: &App, task: TaskId, new: &NewComment, send_at: Option<Timestamp>) -> Comment {
    Comment {
        id: app.env.id(),
        task_id: task,
        author_id: new.author,
        kind: CommentKind::Message,
        origin: new.origin,
        created_at: new.arrival.as_ref().map_or_else(|| app.env.now(), |it| it.at),
        edited_at: new.arrival.as_ref().and_then(|it| it.edited_at),
        send_at,
        html: new.body.html.clone(),
        text: new.body.text.clone(),
        visible: new.visible.clone(),
        elided: new.elided.clone(),
        subject: new.subject.clone(),
        hidden: new.hidden,
        reply_to: new.reply_to,
        mailbox_id: new.mailbox,
        incoming_mail_id: new.incoming_mail,
        unrecognized_sender: new.unrecognized_sender,
        sender_disowned: new.sender_disowned,
        version: 1,
    }
}

/// Writes comments, their audiences and files: what stands whether they leave now or later.
async fn write_all(
    tx: &mut WriteTx,
    account: AccountId,
    written: &[(&Comment, &NewComment)],
) -> Result<(), Failure> {
    let people = |it: &NewComment| it.audience.iter().map(|it| it.id).collect();
    let rows: Vec<(&Comment, Vec<PersonId>)> = written.iter().map(|(row, it)| (*row, people(it))).collect();
    comment::insert_all(tx, account, &rows).await?;
    let crossed = |(row, new): &(&Comment, &NewComment)| {
        new.arrival.as_ref().map(|it| MirrorCommentRow {
            mirror_id: it.mirror,
            comment_id: row.id,
            wire_id: it.wire_id,
            operation_id: None,
            path: Json(it.path.clone()),
        })
    };
    let crossed: Vec<MirrorCommentRow> = written.iter().filter_map(crossed).collect();
    mirror::insert_comments(tx, account, &crossed).await?;
    for (row, new) in written {
        file::attach_to_comment(tx, account, row.id, &new.files).await?;
    }
    Ok(())
}

/// A comment that the caller may see, and its task.
pub async fn get(tx: &mut dyn Tx, caller: &UserCaller, id: CommentId) -> Result<(Comment, Entered), Failure> {
    let found = comment::find_visible(tx, caller.account, id, caller.scope()).await?;
    let comment = found.ok_or_else(Refusal::not_found)?;
    let entered = access::enter(tx, caller, comment.task_id).await?;
    Ok((comment, entered))
}

/// Changes a comment; for its author (COM-7). Of one that has left the text alone: mails that no server has taken yet bring
/// the new one, the others stay as they left.
pub async fn update(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Comment,
    change: HeldChange,
) -> Result<(), Failure> {
    if current.author_id != caller.employee {
        return Err(Refusal::forbidden("Only the author changes a comment.").into());
    }
    if current.is_held() {
        return held_comment::update(tx, app, caller, current, change).await;
    }
    let (Some(body), None, None) = (change.body, change.notify, change.send_at) else {
        return Err(held_comment::already_sent().into());
    };
    let (now, version) = (app.env.now(), current.version);
    if !comment::update_body(tx, caller.account, current.id, &body.html, &body.text, now, version).await? {
        return Err(stale().into());
    }
    recall::renew(tx, caller.account, current.id).await?;
    change_feed::append(tx, caller.account, Change::CommentUpdated, current.id.uuid(), app.env.now());
    let edited = Comment { html: body.html.clone(), text: body.text.clone(), ..current.clone() };
    crossing::comment_changed(tx, app, caller.account, &edited, CommentEvent::Edited).await
}

/// Deletes a comment; for its author and administrators (COM-6). Mails that no server has taken yet don't leave any more.
pub async fn delete(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Comment,
) -> Result<(), Failure> {
    if current.author_id != caller.employee && !caller.role.is_admin() {
        return Err(Refusal::forbidden("Only its author and administrators delete a comment.").into());
    }
    if !comment::delete(tx, caller.account, current.id, app.env.now(), current.version).await? {
        return Err(stale().into());
    }
    if current.is_held() {
        return held_comment::unschedule(tx, caller.account, current.id).await;
    }
    outgoing_mail::call_back(tx, app, caller.account, current.id).await?;
    change_feed::append(tx, caller.account, Change::CommentDeleted, current.id.uuid(), app.env.now());
    if current.author_id != caller.employee {
        return Ok(());
    }
    crossing::comment_changed(tx, app, caller.account, current, CommentEvent::Deleted).await
}

/// Everybody who can see a comment, and by what.
pub async fn explain_audience(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    comment: &Comment,
    members: &Members,
) -> Result<Vec<(PersonRef, SeenBy)>, Failure> {
    let account = caller.account;
    let author = person::list_refs(tx, account, [comment.author_id]).await?.remove(&comment.author_id);
    let recipients = comment::list_recipients(tx, account, [comment.id]).await?.remove(&comment.id);
    let members: Vec<PersonRef> = members.0.iter().map(|(_, it)| it.clone()).collect();
    Ok(explain(&Around {
        author: &author.ok_or_else(Refusal::not_found)?,
        audience: &recipients.unwrap_or_default(),
        members: &members,
        colleagues: &comment::list_colleagues(tx, account, comment.id).await?,
        administrators: &employee::list_administrators(tx, account).await?,
        readers: &external_access::list_readers(tx, account, members.iter().map(|it| it.id)).await?,
        hidden: comment.hidden,
        held: comment.is_held(),
        unrecognized_sender: comment.unrecognized_sender,
    }))
}
