//! Comments: writing one, from wherever it comes, and changing or deleting one's own.

use liaison_domain::{
    Timestamp,
    change::Change,
    comment::{Comment, CommentKind, Origin, decide_departure},
    fan_out::FanOut,
    file::{Attachment, File},
    id::{AccountId, CommentId, FileId, IncomingMailId, MailboxId, PersonId, StreamId, TaskId},
    outgoing::{MailKind, SkipReason},
    person::{Addressee, PersonKind, PersonRef},
    refusal::Refusal,
    task::{Task, TaskRole},
    visibility::{Around, SeenBy, explain},
};
use liaison_persistence::{
    account, change_feed,
    comment::{self, Warning},
    database::{Tx, WriteTx},
    employee, file,
    link::mirror::{self, MirrorCommentRow},
    outgoing_mail::recall,
    person,
    sql::Json,
    task::{self, Members},
};

use uuid::Uuid;

use super::{
    Failure,
    access::{self, Entered},
    caller::StaffCaller,
    fan_out::{self, Notice},
    file::get_attachable,
    held_comment::{self, HeldChange},
    letter::left_out,
    link::{
        crossing::{self, CommentEvent},
        edits::{self, TaskEdit},
    },
    mailbox, mention, outgoing_mail,
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

/// Adds an employee's comment to a task that he may see; held where its time has not come.
pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
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
        Some(account) => account.send_delay_seconds,
        None => 0,
    };
    match decide_departure(app.env.now(), asked, delay, leaves_the_house) {
        Some(at) => held_comment::hold(tx, app, caller.account, &entered.task, new, at).await,
        None => add(tx, app, caller.account, &entered.task, &entered.members, new).await,
    }
}

/// Looks up everybody and everything that an employee's comment names.
pub(super) async fn prepare(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    entered: &Entered,
    new: CreateComment,
) -> Result<NewComment, Failure> {
    let named: Vec<Named> = Named::each("/notify", &new.notify).collect();
    let mut known = get_selectable(tx, caller.account, &named).await?;
    known.remove(&caller.employee);
    let audience = new.notify.iter().filter_map(|id| known.remove(id)).collect();
    let answered = match new.reply_to {
        Some(id) => Some(get_answered(tx, caller, entered, id).await?),
        None => None,
    };
    if let Some(id) = new.mailbox {
        mailbox::require_usable(tx, caller, id, entered.task.project_id, "/mailbox_id").await?;
    }
    let files = get_attachable(tx, caller, &new.file_ids).await?;
    let files = files.into_iter().map(|it| Attachment { file: it.id, content_id: None }).collect();
    Ok(NewComment {
        author: caller.employee,
        origin: Origin::Api,
        visible: new.body.text.clone(),
        elided: String::new(),
        subject: None,
        audience,
        hidden: new.hidden.unwrap_or(answered.is_some_and(|it| it.hidden)),
        reply_to: new.reply_to,
        incoming_mail: None,
        unrecognized_sender: false,
        sender_disowned: false,
        hops: 0,
        mailbox: new.mailbox,
        files,
        warnings: Vec::new(),
        arrival: None,
        body: new.body,
    })
}

/// The comment that another one answers: of the same task, and seen by the caller.
async fn get_answered(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    entered: &Entered,
    id: CommentId,
) -> Result<Comment, Failure> {
    let found = comment::find_visible(tx, caller.account, id, caller.scope()).await?;
    let answered = found.filter(|it| it.task_id == entered.task.id && !it.is_held());
    Ok(answered.ok_or_else(|| Refusal::unknown_id("/reply_to"))?)
}

/// Adds a comment that leaves at once.
pub async fn add(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: &Task,
    members: &Members,
    mut new: NewComment,
) -> Result<Comment, Failure> {
    let (hops, has_files) = (new.hops, !new.files.is_empty());
    let over = new.arrival.as_ref().map(|it| it.mirror);
    let is_history = new.arrival.as_ref().is_some_and(|it| it.is_history);
    let (audience, warnings) = (std::mem::take(&mut new.audience), std::mem::take(&mut new.warnings));
    let row = write(tx, app, account, task.id, new, &audience, None).await?;
    let publication = Publication {
        task,
        members,
        comment: &row,
        audience: &audience,
        has_files,
        hops,
        over,
        is_history,
        warnings,
    };
    publish(tx, app, account, publication).await?;
    Ok(row)
}

/// Writes the row of a comment, its audience and its files: what stands whether it leaves now or later.
pub(super) async fn write(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: TaskId,
    new: NewComment,
    audience: &[Addressee],
    send_at: Option<Timestamp>,
) -> Result<Comment, Failure> {
    let row = Comment {
        id: app.env.id(),
        task_id: task,
        author_id: new.author,
        kind: CommentKind::Message,
        origin: new.origin,
        created_at: new.arrival.as_ref().map_or_else(|| app.env.now(), |it| it.at),
        edited_at: new.arrival.as_ref().and_then(|it| it.edited_at),
        send_at,
        html: new.body.html,
        text: new.body.text,
        visible: new.visible,
        elided: new.elided,
        subject: new.subject,
        hidden: new.hidden,
        reply_to: new.reply_to,
        mailbox_id: new.mailbox,
        incoming_mail_id: new.incoming_mail,
        unrecognized_sender: new.unrecognized_sender,
        sender_disowned: new.sender_disowned,
        version: 1,
    };
    let audience: Vec<PersonId> = audience.iter().map(|it| it.id).collect();
    comment::insert(tx, account, &row, &audience, &[]).await?;
    if let Some(Arrival { mirror, wire_id, path, .. }) = new.arrival {
        let crossed = MirrorCommentRow {
            mirror_id: mirror,
            comment_id: row.id,
            wire_id,
            operation_id: None,
            path: Json(path),
        };
        mirror::insert_comment(tx, account, &crossed).await?;
    }
    file::attach_to_comment(tx, account, row.id, &new.files).await?;
    Ok(row)
}

/// A comment that leaves now.
#[derive(Debug)]
pub(super) struct Publication<'a> {
    pub task: &'a Task,
    pub members: &'a Members,
    pub comment: &'a Comment,
    pub audience: &'a [Addressee],
    pub has_files: bool,
    /// Systems like ours that the mail which brought it went through (R3).
    pub hops: u32,
    /// The mirror that it came over.
    pub over: Option<StreamId>,
    /// It was there before its reader joined: nobody is told of it.
    pub is_history: bool,
    /// What was noticed before.
    pub warnings: Vec<Warning>,
}

/// Does what follows from a comment: the notices, the warnings, the change feed; who is addressed without a role in the
/// task becomes a participant, so that he finds it again (COM-4, CBM-4).
pub(super) async fn publish(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    news: Publication<'_>,
) -> Result<(), Failure> {
    let Publication { task, members, comment: row, .. } = news;
    let (audience, mentioned) = mention::address(tx, account, row, news.audience).await?;
    let joining: Vec<PersonId> =
        audience.iter().map(|it| it.id).filter(|it| members.roles_of(*it).is_empty()).collect();
    let roles = joining.iter().map(|it| (TaskRole::Participant, *it));
    task::insert_members(tx, account, task.id, roles).await?;
    if news.over.is_none() {
        let people = joining.iter().map(|it| (TaskRole::Participant, *it, true)).collect();
        let edit = TaskEdit { people, ..TaskEdit::default() };
        edits::task_changed(tx, app, account, row.author_id, task.id, members, edit).await?;
    }
    let notice = Notice {
        account,
        task,
        kind: MailKind::NewComment,
        comment: Some(row.id),
        author: row.author_id,
        mailbox: row.mailbox_id,
        audience: &audience,
        contacts_wait: row.unrecognized_sender,
        hops: news.hops,
        by_mail: row.origin == Origin::Email,
        mentioned: &mentioned,
        is_for_others: false,
    };
    let mut warnings = news.warnings;
    if !news.is_history {
        warnings.extend(tell(tx, app, &notice, news.has_files).await?);
    }
    if !warnings.is_empty() {
        comment::update_warnings(tx, account, row.id, &warnings).await?;
    }
    // Who does not see a hidden comment must not see the task move either (S7).
    if !row.hidden || !joining.is_empty() {
        task::touch(tx, account, task.id, app.env.now()).await?;
    }
    change_feed::append(tx, account, Change::CommentCreated, row.id.uuid(), app.env.now());
    let shown = CommentEvent::Shown { is_history: news.is_history, over: news.over };
    crossing::comment_changed(tx, app, account, row, shown).await
}

/// Tells the audience of a comment; gives what its author should know of that.
pub(super) async fn tell(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
    has_files: bool,
) -> Result<Vec<Warning>, Failure> {
    let (fan_out, failed) = fan_out::notify(tx, app, notice).await?;
    let mut warnings = warnings_of(notice.audience, &fan_out);
    warnings.extend(failed.as_deref().map(template_failed));
    if let Some(id) = notice.comment.filter(|_| has_files && !fan_out.mails.is_empty()) {
        let files = file::list_of_comments(tx, notice.account, &[id]).await?.remove(&id).unwrap_or_default();
        warnings.extend(left_out(files).iter().map(|it| too_large(app, it)));
    }
    Ok(warnings)
}

/// What the author should know: nobody was addressed (COM-1), or somebody gets nothing.
fn warnings_of(audience: &[Addressee], fan_out: &FanOut) -> Vec<Warning> {
    if audience.is_empty() {
        return vec![nobody_addressed()];
    }
    let skipped = fan_out.skipped.iter().map(|(person, reason)| Warning {
        code: reason.as_str().to_owned(),
        detail: describe(*reason).to_owned(),
        person_id: Some(person.uuid()),
    });
    let suppressed = fan_out.suppressed.iter().map(|it| Warning {
        code: "suppressed".to_owned(),
        detail: format!("No mail leaves to {}: the address is suppressed.", it.address),
        person_id: Some(it.person.uuid()),
    });
    skipped.chain(suppressed).collect()
}

pub(super) fn nobody_addressed() -> Warning {
    let detail = "Nobody is addressed: no contact will see it.".to_owned();
    Warning { code: "nobody_addressed".to_owned(), detail, person_id: None }
}

fn template_failed(failed: &str) -> Warning {
    let detail = format!("The built-in text was used: {failed}.");
    Warning { code: "template_failed".to_owned(), detail, person_id: None }
}

fn too_large(app: &App, file: &File) -> Warning {
    let instead = if app.config.public_url().is_some() { "holds a link to it" } else { "names it" };
    let detail = format!("{} is too large for a mail; the mail {instead}.", file.name);
    Warning { code: "file_not_attached".to_owned(), detail, person_id: None }
}

const fn describe(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::NoAddress => "The contact has no e-mail address, so no mail leaves.",
        SkipReason::SameAddress => "Somebody else in the audience has the same address and gets the mail.",
        SkipReason::InactiveEmployee => "The employee does not work here any more.",
        SkipReason::NoticeDisabled => {
            "Contacts get no mail about comments: see /v1/settings/contact-mail/notifications."
        }
        SkipReason::Muted => "The employee wants to be told of no such thing, or of nothing in this task.",
        SkipReason::NotLinked => {
            "The person is of another account that he can't be asked in, so nothing crosses."
        }
        SkipReason::UnconfirmedSender => "The mail waits until the sender of this comment is confirmed.",
    }
}

/// A comment that the caller may see, and its task.
pub async fn get(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    id: CommentId,
) -> Result<(Comment, Entered), Failure> {
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
        administrators: &employee::list_administrators(tx, account).await?,
        hidden: comment.hidden,
        held: comment.is_held(),
        unrecognized_sender: comment.unrecognized_sender,
    }))
}
