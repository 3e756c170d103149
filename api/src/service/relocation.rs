//! Moving a comment that came to the wrong task (R15).

use liaison_domain::{
    change::Change,
    comment::Comment,
    id::{PersonId, TaskId},
    person::PersonKind,
    refusal::{Code, FieldCode, Refusal},
    task::{TaskRight, TaskRole},
    text::Title,
};
use liaison_persistence::{
    change_feed, comment,
    database::WriteTx,
    person,
    relocation::{self, Standing},
    task,
};

use super::{
    Failure,
    access::{self, Entered},
    caller::StaffCaller,
    held_comment,
    link::{crossing, edits},
    stale,
    task::CreateTask,
};
use crate::app::App;

/// Where a comment goes: one of the two.
#[derive(Debug)]
pub struct Target {
    pub task: Option<TaskId>,
    /// The title of a task of its own, with the mover as assigner.
    pub new_task: Option<Title>,
}

/// Moves a comment with its files, Message-IDs and reply tokens, so that later answers follow. Its contacts take part in
/// the task that it comes to; what was said there before stays unseen by them, as always (S2).
pub async fn move_comment(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Comment,
    source: &Entered,
    target: Target,
) -> Result<Comment, Failure> {
    held_comment::require_sent(current)?;
    source.require(caller, TaskRight::ChangeStatus)?;
    let entered = enter(tx, app, caller, target).await?;
    let id = entered.task.id;
    entered.require(caller, TaskRight::to_fill(TaskRole::Participant))?;
    if id == current.task_id {
        return Err(Refusal::new(Code::ValidationFailed, "The comment is in that task already.")
            .at("/task_id", FieldCode::Invalid, "is the task that the comment is in")
            .into());
    }
    let (account, now) = (caller.account, app.env.now());
    let from = Standing { comment: current.id, task: current.task_id, version: current.version };
    if !relocation::update(tx, account, from, id).await? {
        return Err(stale().into());
    }
    let author = person::list_refs(tx, account, [current.author_id]).await?.remove(&current.author_id);
    let addressed = comment::list_recipients(tx, account, [current.id]).await?.remove(&current.id);
    let addressed = addressed.unwrap_or_default();
    let audience: Vec<PersonId> = addressed.iter().map(|it| it.id).collect();
    let contacts = author.into_iter().chain(addressed);
    let joining: Vec<PersonId> = contacts
        .filter(|it| it.kind == PersonKind::Contact && entered.members.roles_of(it.id).is_empty())
        .map(|it| it.id)
        .collect();
    let roles = joining.into_iter().map(|it| (TaskRole::Participant, it));
    task::insert_members(tx, account, id, roles).await?;
    let (task, were) = (&entered.task, &entered.members);
    edits::task_updated(tx, app, account, caller.employee, (task, were), task).await?;
    for task in [current.task_id, id] {
        task::touch(tx, account, task, now).await?;
    }
    change_feed::append(tx, account, Change::CommentMoved, current.id.uuid(), now);
    let moved = comment::find(tx, account, current.id).await?.ok_or_else(Refusal::not_found)?;
    crossing::comment_moved(tx, app, account, current, &moved, task, &audience).await?;
    Ok(moved)
}

/// Enters the task that the comment goes to; it is made where a new one is asked for.
async fn enter(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    target: Target,
) -> Result<Entered, Failure> {
    let refused = |code, detail: &'static str| {
        Refusal::new(Code::ValidationFailed, "A comment goes to one task.").at("/task_id", code, detail)
    };
    match (target.task, target.new_task) {
        (Some(id), new_task) => {
            let entered = access::enter_to_change(tx, caller, id).await;
            let entered = entered.map_err(|failure| match failure {
                Failure::Refused(_) => Refusal::unknown_id("/task_id").into(),
                failure => failure,
            })?;
            match new_task {
                None => Ok(entered),
                Some(_) => Err(refused(FieldCode::Invalid, "and new_task exclude each other").into()),
            }
        }
        (None, Some(title)) => {
            let id = create_task(tx, app, caller, title).await?;
            access::enter_to_change(tx, caller, id).await
        }
        (None, None) => Err(refused(FieldCode::Required, "or new_task is required").into()),
    }
}

async fn create_task(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    title: Title,
) -> Result<TaskId, Failure> {
    let new = CreateTask { title: Some(title), company_access: true, ..CreateTask::default() };
    super::task::create(tx, app, caller, new).await
}
