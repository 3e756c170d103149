//! Changing a task.

use std::collections::BTreeSet;

use liaison_domain::{
    Timestamp,
    change::Change,
    fan_out::notified_of_new_task,
    id::{PersonId, ProjectId, TaskId, TaskStatusId},
    person::Addressee,
    task::{Priority, Task, TaskRight, TaskRole, TaskStatus},
    text::Title,
};
use liaison_persistence::{
    change_feed,
    database::WriteTx,
    task::{self, counterparty::Source},
};

use super::{
    People, answer::give_reason, assigner_of, pass_counterparty_on, require_counterparty, require_no_circle,
    standing, tell, tell_joined,
};
use crate::{
    app::App,
    service::{
        Failure, access::Entered, caller::StaffCaller, link::edits, project, rich_text::RichText, stale,
        status_news, task_status,
    },
};

/// What changes of a task.
#[derive(Debug, Default)]
pub struct TaskChange {
    pub title: Option<Title>,
    pub description: Option<RichText>,
    pub status: Option<TaskStatus>,
    /// One of the account's own, or none; it stands in place of `status`.
    pub custom_status: Option<Option<TaskStatusId>>,
    /// Why the task is rejected.
    pub reason: Option<RichText>,
    pub priority: Option<Priority>,
    /// Each of these: the new value, or a new nothing.
    pub start_at: Option<Option<Timestamp>>,
    pub deadline: Option<Option<Timestamp>>,
    pub parent_id: Option<Option<TaskId>>,
    pub project_id: Option<Option<ProjectId>>,
    pub counterparty: Option<Option<PersonId>>,
    pub company_access: Option<bool>,
    pub people: People,
}

impl TaskChange {
    /// The rights that the change needs (ROL); none where nothing changes.
    fn rights(&self) -> BTreeSet<TaskRight> {
        let edits = self.title.is_some()
            || self.description.is_some()
            || self.priority.is_some()
            || self.start_at.is_some()
            || self.deadline.is_some()
            || self.parent_id.is_some()
            || self.project_id.is_some()
            || self.counterparty.is_some()
            || self.company_access.is_some();
        let mut rights: BTreeSet<TaskRight> =
            self.people.named().map(|(role, _)| TaskRight::to_fill(role)).collect();
        rights.extend(edits.then_some(TaskRight::Edit));
        let sets_status = self.status.is_some() || self.custom_status.is_some();
        rights.extend(sets_status.then_some(TaskRight::ChangeStatus));
        rights
    }
}

/// Changes a task.
pub async fn update(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: Entered,
    change: TaskChange,
) -> Result<(), Failure> {
    let rights = change.rights();
    if rights.is_empty() {
        return Ok(());
    }
    for right in rights {
        entered.require(caller, right)?;
    }
    let Entered { task, members, .. } = entered;
    let known = change.people.get_joining(tx, caller, &members).await?;
    let parent_id = change.parent_id.unwrap_or(task.parent_id);
    if parent_id != task.parent_id {
        require_no_circle(tx, caller, task.id, parent_id).await?;
    }
    project::require(tx, caller.account, change.project_id.flatten(), "/project_id").await?;
    require_counterparty(tx, caller, "/counterparty", change.counterparty.flatten(), task.counterparty_id)
        .await?;
    let before = task.clone();
    let now = app.env.now();
    let custom = match change.custom_status.flatten() {
        Some(id) => Some(task_status::require(tx, caller.account, id).await?),
        None => None,
    };
    let asked = custom.as_ref().map(|it| it.counts_as).or(change.status);
    let set = asked.map(|it| (caller.employee, it));
    let assignees = change.people.assignees.as_ref().map(|it| it.iter().copied().collect());
    let standing = standing::decide(tx, caller.account, (&task, &members), set, assignees.as_ref()).await?;
    let description =
        change.description.unwrap_or(RichText { html: task.description_html, text: task.description_text });
    let changed = Task {
        title: change.title.map_or(task.title, Title::into_string),
        description_html: description.html,
        description_text: description.text,
        priority: change.priority.unwrap_or(task.priority),
        start_at: change.start_at.unwrap_or(task.start_at),
        deadline: change.deadline.unwrap_or(task.deadline),
        parent_id,
        project_id: change.project_id.unwrap_or(task.project_id),
        counterparty_id: change.counterparty.unwrap_or(task.counterparty_id),
        company_access: change.company_access.unwrap_or(task.company_access),
        updated_at: now,
        ..task
    };
    let mut changed = changed.with_status(standing.status, now);
    if asked.is_some() || change.custom_status.is_some() {
        // One of several assignees may have set his own alone.
        changed.custom_status_id = custom.filter(|it| it.counts_as == changed.status).map(|it| it.id);
    }
    if !task::update(tx, caller.account, &changed).await? {
        return Err(stale().into());
    }
    let (old, new) = (before.counterparty_id, changed.counterparty_id);
    pass_counterparty_on(tx, &app.env, caller.account, Source::Parent(changed.id), old, new).await?;
    for (role, people) in change.people.named() {
        task::replace_members(tx, caller.account, changed.id, role, people).await?;
    }
    standing.keep(tx, caller.account, changed.id).await?;
    edits::task_updated(tx, app, caller.account, caller.employee, (&before, &members), &changed).await?;
    let joined = |id: &&PersonId| !members.holds(TaskRole::Assignee, **id);
    let assignees = change.people.assignees.iter().flatten().filter(joined).filter_map(|id| known.get(id));
    let new_assigner = change.people.assigner.and_then(|id| known.get(&id)).map(Addressee::kind);
    let told = notified_of_new_task(new_assigner.or_else(|| assigner_of(&members)), assignees);
    tell(tx, app, caller.account, caller.employee, &changed, &told, None).await?;
    let joining = change.people.named().flat_map(|(role, people)| people.iter().map(move |it| (role, *it)));
    let joining: Vec<_> = joining.filter(|(role, it)| !members.holds(*role, *it)).collect();
    tell_joined(tx, app, caller.account, caller.employee, &changed, &joining, None).await?;
    let answers = asked == Some(changed.status) && members.holds(TaskRole::Assignee, caller.employee);
    let rejects = change.reason.is_some() && changed.status == TaskStatus::Rejected;
    if let Some(reason) = change.reason {
        give_reason(tx, app, caller, (&changed, &members), reason, rejects).await?;
    }
    if rejects {
        status_news::tell_contact(tx, app, caller, before.shown_status(), (&changed, &members), answers)
            .await?;
    } else if change.people.assigner.is_none() {
        status_news::tell(tx, app, caller, before.shown_status(), (&changed, &members), answers).await?;
    }
    change_feed::append(tx, caller.account, Change::TaskUpdated, changed.id.uuid(), app.env.now());
    Ok(())
}
