//! What a comment says, used once more: copied into another task, or made a task of its own (COM-9). The words and the files
//! are those of the comment; who reads them there is said anew.

use liaison_domain::{
    comment::Comment,
    file::{AttachedFile, Attachment},
    id::{PersonId, TaskId},
    person::PersonKind,
    refusal::Refusal,
    text::Title,
};
use liaison_persistence::{comment, database::WriteTx, file};

use super::{
    Failure,
    access::{self, Entered},
    caller::StaffCaller,
    comment::{self as conversation, CreateComment},
    held_comment,
    rich_text::RichText,
    task::{self, CreateTask, People},
};
use crate::app::App;

/// A copy of a comment.
#[derive(Debug)]
pub struct Copy {
    pub task: TaskId,
    /// Whom it is addressed to there: not whom the comment was.
    pub notify: Vec<PersonId>,
}

/// Writes the comment once more in a task that the caller may see, as the caller's own: he answers for who reads it there.
pub async fn copy(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    source: &Comment,
    copy: Copy,
) -> Result<Comment, Failure> {
    held_comment::require_sent(source)?;
    let entered = access::enter(tx, caller, copy.task).await;
    let entered = entered.map_err(|failure| match failure {
        Failure::Refused(_) => Refusal::unknown_id("/task_id").into(),
        failure => failure,
    })?;
    let new = CreateComment {
        body: body(source),
        notify: copy.notify,
        hidden: None,
        reply_to: None,
        file_ids: Vec::new(),
        carried: carried(tx, caller, source).await?,
        mailbox: None,
        send_at: None,
    };
    conversation::create(tx, app, caller, &entered, new).await
}

/// A task made of a comment.
#[derive(Debug)]
pub struct Errand {
    /// None: the first line of the comment, else the title of its task.
    pub title: Option<Title>,
    /// None: the employees whom the comment was addressed to. A client gets no task by having been written to.
    pub assignees: Option<Vec<PersonId>>,
}

/// Sets a task below the comment's, in the same project, with the comment as its description.
pub async fn create_task(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    source: &Comment,
    entered: &Entered,
    errand: Errand,
) -> Result<TaskId, Failure> {
    held_comment::require_sent(source)?;
    let assignees = if let Some(named) = errand.assignees {
        named
    } else {
        let addressed = comment::list_recipients(tx, caller.account, [source.id]).await?;
        let addressed = addressed.into_values().flatten();
        addressed.filter(|it| it.kind == PersonKind::Employee).map(|it| it.id).collect()
    };
    let first_line = source.visible.lines().find(|it| !it.trim().is_empty()).unwrap_or_default();
    let new = CreateTask {
        title: Some(errand.title.unwrap_or_else(|| Title::make(first_line, &entered.task.title))),
        description: Some(body(source)),
        parent_id: Some(entered.task.id),
        project_id: entered.task.project_id,
        company_access: true,
        people: People { assignees: Some(assignees), ..People::default() },
        carried: carried(tx, caller, source).await?,
        ..CreateTask::default()
    };
    task::create(tx, app, caller, new).await
}

fn body(source: &Comment) -> RichText {
    RichText { html: source.html.clone(), text: source.text.clone() }
}

/// The comment's files, the images in its text as such.
async fn carried(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    source: &Comment,
) -> Result<Vec<Attachment>, Failure> {
    let files = file::list_of_comments(tx, caller.account, &[source.id]).await?.remove(&source.id);
    let attachment = |it: AttachedFile| Attachment { file: it.file.id, content_id: it.content_id };
    Ok(files.unwrap_or_default().into_iter().map(attachment).collect())
}
