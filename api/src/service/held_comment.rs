//! Comments that have not left yet: scheduled ones, and those that the account's delay holds (COM-8, product §3).
//!
//! A held comment is a row that nobody but its author and administrators sees, and a job. Everything that follows from a
//! comment (its audience's place in the task, notices, mails, the change feed) follows when it leaves, judged by how
//! things stand then; so taking it back before leaves no trace.

use liaison_domain::{
    Timestamp,
    account::EmployeeStatus,
    comment::Comment,
    id::{AccountId, CommentId, PersonId},
    job::JobKind,
    notification::NotificationKind,
    person::{Addressee, PersonRef, Reach},
    refusal::{Code, FieldCode, Refusal},
    task::{Task, TaskRight, may},
};
use liaison_persistence::{
    comment::{self, Warning},
    database::WriteTx,
    employee, file, job, mailbox,
    notification::{self, NewNotification},
    person,
    task::{self, Members},
};

use super::{
    Failure,
    caller::StaffCaller,
    comment::{NewComment, Publication, nobody_addressed, publish_all, write},
    people::{Named, get_selectable},
    rich_text::RichText,
    stale,
};
use crate::app::App;

/// What changes of a held comment.
#[derive(Debug, Default)]
pub struct HeldChange {
    pub body: Option<RichText>,
    /// Whom it is addressed to.
    pub notify: Option<Vec<PersonId>>,
    pub send_at: Option<Timestamp>,
}

/// Refuses a time to leave at that is not to come.
pub(super) fn require_future(app: &App, at: Timestamp) -> Result<(), Refusal> {
    if at > app.env.now() {
        return Ok(());
    }
    let refusal = Refusal::new(Code::ValidationFailed, "A comment can't leave in the past.");
    Err(refusal.at("/send_at", FieldCode::OutOfRange, "must be in the future"))
}

/// Writes a comment and the job that publishes it.
pub(super) async fn hold(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: &Task,
    new: NewComment,
    at: Timestamp,
) -> Result<Comment, Failure> {
    let row = write(tx, app, account, task.id, &new, at).await?;
    if new.audience.is_empty() {
        comment::update_warnings(tx, account, row.id, &[nobody_addressed()]).await?;
    }
    schedule(tx, app, account, row.id, at).await?;
    Ok(row)
}

/// Changes a held comment; its author is who asks.
pub(super) async fn update(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Comment,
    change: HeldChange,
) -> Result<(), Failure> {
    let mut changed = current.clone();
    if let Some(body) = change.body {
        (changed.html, changed.text) = (body.html, body.text);
    }
    if let Some(at) = change.send_at {
        require_future(app, at)?;
        changed.send_at = Some(at);
    }
    if !comment::update_held(tx, caller.account, &changed).await? {
        return Err(stale().into());
    }
    if let Some(people) = change.notify {
        let named: Vec<Named> = Named::each("/notify", &people).collect();
        let mut known = get_selectable(tx, caller.account, &named).await?;
        known.remove(&caller.employee);
        let audience: Vec<PersonId> =
            people.into_iter().filter_map(|id| known.remove(&id)).map(|it| it.id).collect();
        comment::replace_recipients(tx, caller.account, current.id, &audience).await?;
        let warnings = audience.is_empty().then(nobody_addressed);
        comment::update_warnings(tx, caller.account, current.id, warnings.as_slice()).await?;
    }
    match change.send_at {
        Some(at) => schedule(tx, app, caller.account, current.id, at).await,
        None => Ok(()),
    }
}

/// Publishes a held comment now, for its author.
pub async fn send(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Comment,
) -> Result<(), Failure> {
    if current.author_id != caller.employee {
        return Err(Refusal::forbidden("Only the author sends a comment.").into());
    }
    let held = comment::find_held(tx, caller.account, current.id).await?.ok_or_else(already_sent)?;
    match find_place(tx, caller.account, &held).await? {
        Some((task, members)) => release(tx, app, caller.account, &task, &members, held).await?,
        None => return Err(Refusal::not_found().into()),
    }
    unschedule(tx, caller.account, current.id).await
}

/// Takes a held comment back, for its author and administrators: as if it had never been written.
pub async fn cancel(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Comment,
) -> Result<(), Failure> {
    let held = comment::find_held(tx, caller.account, current.id).await?.ok_or_else(already_sent)?;
    super::comment::delete(tx, app, caller, &held).await
}

/// Publishes a comment whose time has come. Gives the time to come back at where it was put off meanwhile.
pub async fn publish_due(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    id: CommentId,
) -> Result<Option<Timestamp>, Failure> {
    let Some(held) = comment::find_held(tx, account, id).await? else { return Ok(None) };
    if let Some(later) = held.send_at.filter(|at| *at > app.env.now()) {
        return Ok(Some(later));
    }
    match find_place(tx, account, &held).await? {
        Some((task, members)) => release(tx, app, account, &task, &members, held).await?,
        None => keep(tx, app, account, &held).await?,
    }
    Ok(None)
}

/// The task that a held comment is for, with its people; none where the comment's author may not write there any more.
async fn find_place(
    tx: &mut WriteTx,
    account: AccountId,
    held: &Comment,
) -> Result<Option<(Task, Members)>, Failure> {
    let Some(task) = task::find(tx, account, held.task_id).await? else { return Ok(None) };
    let members = task::list_members(tx, account, [task.id]).await?.remove(&task.id).unwrap_or_default();
    let author = employee::find(tx, account, held.author_id).await?;
    let author = author.filter(|it| it.status == EmployeeStatus::Active);
    let may_write = author.is_some_and(|it| may(TaskRight::View, it.role, &members.roles_of(it.id)));
    Ok(may_write.then_some((task, members)))
}

/// Lets a held comment leave, to those of its audience who may be addressed now.
async fn release(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: &Task,
    members: &Members,
    held: Comment,
) -> Result<(), Failure> {
    let now = app.env.now();
    if !comment::release(tx, account, held.id, now).await? {
        return Ok(());
    }
    // What was noticed while it was held is judged anew.
    comment::update_warnings(tx, account, held.id, &[]).await?;
    let recipients = comment::list_recipients(tx, account, [held.id]).await?.remove(&held.id);
    let (audience, mut warnings) = judge_audience(tx, account, recipients.unwrap_or_default()).await?;
    if !warnings.is_empty() {
        let left: Vec<PersonId> = audience.iter().map(|it| it.id).collect();
        comment::replace_recipients(tx, account, held.id, &left).await?;
    }
    if let Some(id) = held.mailbox_id
        && mailbox::find(tx, account, id).await?.is_none()
    {
        warnings.push(mailbox_gone());
    }
    let files = file::list_of_comments(tx, account, &[held.id]).await?;
    let published = Comment { send_at: None, created_at: now, version: held.version + 1, ..held };
    let publication = Publication {
        task,
        members,
        comment: &published,
        audience: &audience,
        has_files: !files.is_empty(),
        hops: 0,
        over: None,
        is_history: false,
        rejects: false,
        warnings,
    };
    publish_all(tx, app, account, &[publication]).await
}

/// Parts those who may be addressed from those who may not any more, each with a warning (CONF-1).
async fn judge_audience(
    tx: &mut WriteTx,
    account: AccountId,
    recipients: Vec<PersonRef>,
) -> Result<(Vec<Addressee>, Vec<Warning>), Failure> {
    let mut known = person::list_addressees(tx, account, recipients.iter().map(|it| it.id)).await?;
    let (mut audience, mut warnings) = (Vec::new(), Vec::new());
    for PersonRef { id, name, .. } in recipients {
        let addressee = known.remove(&id);
        let addressee = addressee.filter(|it| !matches!(it.reach, Reach::Contact { selectable: false, .. }));
        match addressee {
            Some(addressee) => audience.push(addressee),
            None => warnings.push(Warning {
                code: "not_addressed".to_owned(),
                detail: format!("{name} may not be addressed any more."),
                person_id: Some(id.uuid()),
            }),
        }
    }
    Ok((audience, warnings))
}

/// Leaves a comment held whose author may not write in its task any more, and says so: to him, if he still works here,
/// and to the administrators, who see it with the warning.
async fn keep(tx: &mut WriteTx, app: &App, account: AccountId, held: &Comment) -> Result<(), Failure> {
    let detail = "It did not leave: its author may not write in this task any more.".to_owned();
    let task = task::find(tx, account, held.task_id).await?;
    let told = task.map(|it| {
        format!(
            "What you scheduled in task no. {} did not leave: you may not write there any more.",
            it.number
        )
    });
    let notice = NewNotification {
        id: app.env.id(),
        person: held.author_id,
        kind: NotificationKind::NotPublished,
        // He does not see them any more, and is to see this.
        task: None,
        comment: None,
        author: None,
        detail: told,
    };
    notification::insert_all(tx, account, [notice], app.env.now()).await?;
    let warning = Warning { code: "not_published".to_owned(), detail, person_id: None };
    Ok(comment::update_warnings(tx, account, held.id, &[warning]).await?)
}

async fn schedule(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    id: CommentId,
    at: Timestamp,
) -> Result<(), Failure> {
    let job = [(app.env.id(), id.uuid())];
    Ok(job::enqueue(tx, account, JobKind::PublishComment, job, at).await?)
}

/// Drops the job of a comment that is not to be published by it.
pub(super) async fn unschedule(tx: &mut WriteTx, account: AccountId, id: CommentId) -> Result<(), Failure> {
    Ok(job::end(tx, account, JobKind::PublishComment, id.uuid()).await?)
}

fn mailbox_gone() -> Warning {
    let detail = "The mailbox that it was to leave by is gone; it left from the internal address.".to_owned();
    Warning { code: "mailbox_gone".to_owned(), detail, person_id: None }
}

/// The answer to a change that only a held comment takes.
pub(super) fn already_sent() -> Refusal {
    Refusal::new(Code::AlreadySent, "The comment has left.")
}

/// The answer to a change that only a comment takes that has left.
pub(super) fn require_sent(current: &Comment) -> Result<(), Refusal> {
    if current.is_held() {
        return Err(Refusal::new(Code::NotSent, "The comment has not left yet."));
    }
    Ok(())
}
