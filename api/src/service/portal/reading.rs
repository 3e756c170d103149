//! What a contact sees in the portal: exactly what was addressed to him or written by him (DASH-4 … DASH-6).

use std::collections::HashMap;

use bytes::Bytes;
use liaison_domain::{
    comment::{Comment, CommentKind},
    file::{AttachedFile, File},
    id::{CommentId, FileId, PersonId, TaskId},
    person::PersonRef,
    refusal::Refusal,
};
use liaison_mailer::compose::facts::RichText;
use liaison_persistence::{
    comment,
    database::Tx,
    file,
    page::{Page, PageRequest},
    person,
    portal::{self, PortalTaskRow},
};

use crate::service::{Failure, caller::PortalCaller, letter::body_for_others};

/// A task as a contact sees it.
#[derive(Debug)]
pub struct PortalTask {
    pub row: PortalTaskRow,
    /// Those of the description; none where it was not for him.
    pub files: Vec<AttachedFile>,
}

/// A comment as a contact sees it.
#[derive(Debug)]
pub struct PortalComment {
    pub comment: Comment,
    pub author: PersonRef,
    /// What the author wrote now: what he quoted may be from messages that others had (R23).
    pub body: RichText,
    pub files: Vec<AttachedFile>,
    /// The comment that it answers, where he sees that too.
    pub reply_to: Option<CommentId>,
}

/// A task; one that nothing in was for him sounds like one that is not there (S6).
pub async fn get_task(tx: &mut dyn Tx, caller: &PortalCaller, id: TaskId) -> Result<PortalTask, Failure> {
    let row = require_task(tx, caller, id).await?;
    let found = with_files(tx, caller, vec![row]).await?.pop();
    Ok(found.ok_or_else(Refusal::not_found)?)
}

/// Newest first.
pub async fn list_tasks(
    tx: &mut dyn Tx,
    caller: &PortalCaller,
    page: PageRequest,
) -> Result<Page<PortalTask>, Failure> {
    let page = portal::list_tasks(tx, caller.account, caller.scope(), page).await?;
    Ok(Page { items: with_files(tx, caller, page.items).await?, next: page.next })
}

pub(super) async fn require_task(
    tx: &mut dyn Tx,
    caller: &PortalCaller,
    id: TaskId,
) -> Result<PortalTaskRow, Failure> {
    let found = portal::find_task(tx, caller.account, caller.scope(), id).await?;
    Ok(found.ok_or_else(Refusal::not_found)?)
}

async fn with_files(
    tx: &mut dyn Tx,
    caller: &PortalCaller,
    rows: Vec<PortalTaskRow>,
) -> Result<Vec<PortalTask>, Failure> {
    let described = rows.iter().filter(|it| it.description_html.is_some());
    let described: Vec<TaskId> = described.map(|it| it.id).collect();
    let mut files = file::list_of_tasks(tx, caller.account, &described).await?;
    let task = |row: PortalTaskRow| PortalTask { files: files.remove(&row.id).unwrap_or_default(), row };
    Ok(rows.into_iter().map(task).collect())
}

/// The conversation of a task as far as it was for him, oldest first.
pub async fn list_comments(
    tx: &mut dyn Tx,
    caller: &PortalCaller,
    task: TaskId,
    page: PageRequest,
) -> Result<Page<PortalComment>, Failure> {
    require_task(tx, caller, task).await?;
    let page = comment::list_visible(tx, caller.account, task, caller.scope(), page).await?;
    // CLI-4
    let said = page.items.into_iter().filter(|it| it.kind == CommentKind::Message).collect();
    Ok(Page { items: show(tx, caller, said).await?, next: page.next })
}

/// A comment that he sees, as he sees it.
pub(super) async fn show_one(
    tx: &mut dyn Tx,
    caller: &PortalCaller,
    comment: Comment,
) -> Result<PortalComment, Failure> {
    let shown = show(tx, caller, vec![comment]).await?.pop();
    shown.ok_or(Failure::Internal("a comment without view", None))
}

async fn show(
    tx: &mut dyn Tx,
    caller: &PortalCaller,
    comments: Vec<Comment>,
) -> Result<Vec<PortalComment>, Failure> {
    let account = caller.account;
    let ids: Vec<CommentId> = comments.iter().map(|it| it.id).collect();
    let mut files = file::list_of_comments(tx, account, &ids).await?;
    let authors: HashMap<PersonId, PersonRef> =
        person::list_refs(tx, account, comments.iter().map(|it| it.author_id)).await?;
    let answered = comments.iter().filter_map(|it| it.reply_to);
    let answered = comment::list_visible_by_ids(tx, account, answered, caller.scope()).await?;
    let mut shown = Vec::with_capacity(comments.len());
    for comment in comments {
        let author = authors.get(&comment.author_id).cloned();
        let author = author.ok_or(Failure::Internal("a comment without author", None))?;
        let is_shown = |id: &CommentId| answered.get(id).is_some_and(|it| is_said_in(it, comment.task_id));
        let reply_to = comment.reply_to.filter(is_shown);
        let files = files.remove(&comment.id).unwrap_or_default();
        shown.push(PortalComment { body: body_for_others(&comment), author, files, reply_to, comment });
    }
    Ok(shown)
}

/// A comment of a task that he sees.
pub(super) async fn find_visible(
    tx: &mut dyn Tx,
    caller: &PortalCaller,
    task: TaskId,
    id: CommentId,
) -> Result<Option<Comment>, Failure> {
    let found = comment::find_visible(tx, caller.account, id, caller.scope()).await?;
    Ok(found.filter(|it| is_said_in(it, task)))
}

fn is_said_in(comment: &Comment, task: TaskId) -> bool {
    comment.task_id == task && comment.kind == CommentKind::Message
}

/// A file that hangs on what he sees, with its content where that is small.
pub async fn get_file(
    tx: &mut dyn Tx,
    caller: &PortalCaller,
    id: FileId,
) -> Result<(File, Option<Bytes>), Failure> {
    let found = portal::find_file(tx, caller.account, caller.scope(), id).await?;
    let found = found.ok_or_else(Refusal::not_found)?;
    let content = file::content(tx, caller.account, &found.sha256).await?;
    Ok((found, content))
}
