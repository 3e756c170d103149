//! What a template may speak of where there is no mail: a task, perhaps a comment in it, as an employee sees them.

use std::{collections::HashMap, sync::Arc};

use liaison_domain::{
    id::{AccountId, CommentId, TaskId},
    refusal::Refusal,
};
use liaison_mailer::compose::facts::{Facts, Person};
use liaison_persistence::{
    account, comment,
    database::Tx,
    file, person, project,
    task::{self, custom_status},
};

use super::{Around, Staff, body_for_others, file_fact};
use crate::{app::App, service::Failure};

/// Names nobody as the reader.
pub async fn facts(
    tx: &mut dyn Tx,
    app: &App,
    account: AccountId,
    task: TaskId,
    comment: Option<CommentId>,
) -> Result<Facts, Failure> {
    let comments = comment::list_by_ids(tx, account, comment).await?;
    let tasks = task::list_by_ids(tx, account, [task]).await?;
    let authors = comments.values().map(|it| it.author_id);
    let people = authors.chain(tasks.values().filter_map(|it| it.counterparty_id));
    let projects = tasks.values().filter_map(|it| it.project_id);
    let statuses = tasks.values().filter_map(|it| it.custom_status_id);
    let around = Around {
        mailboxes: HashMap::new(),
        channels: HashMap::new(),
        signers: Arc::default(),
        staff: Staff::default(),
        account: account::find(tx, account).await?.ok_or_else(Refusal::not_found)?,
        members: task::list_members(tx, account, [task]).await?,
        people: person::list_refs(tx, account, people).await?,
        projects: project::list_by_ids(tx, account, projects).await?,
        statuses: custom_status::list_by_ids(tx, account, statuses).await?,
        tasks,
        task_files: file::list_of_tasks(tx, account, &[task]).await?,
        comment_files: file::list_of_comments(tx, account, &comment.into_iter().collect::<Vec<_>>()).await?,
        comments,
        templates: HashMap::new(),
        signatures: HashMap::new(),
    };
    let found = around.tasks.get(&task).ok_or_else(Refusal::not_found)?;
    let said = around.comments.values().next().map(|it| {
        let files = around.comment_files.get(&it.id).into_iter().flatten();
        let mut said = around.comment_fact(it, body_for_others(it));
        said.files = files.map(|it| file_fact(&it.file, &[])).collect();
        said
    });
    let mut facts = around.spoken_of(found, said, Person::default(), app.env.now());
    let files = around.task_files.get(&task).into_iter().flatten();
    facts.task.files = files.map(|it| file_fact(&it.file, &[])).collect();
    Ok(facts)
}
