//! How contacts who sign in set tasks: for those who manage them or are responsible for them, in the projects that they see (EXT-2 … EXT-4).

use liaison_domain::{
    fan_out::notified_of_new_task,
    file::Attachment,
    id::{PersonId, ProjectId, TaskId},
    person::{Addressee, PersonKind},
    project::ProjectPart,
    refusal::{Code, FieldCode, Refusal},
    task::{Priority, TaskRole},
};
use liaison_persistence::{
    contact::responsible,
    database::{Tx, WriteTx},
    person, project as projects,
};

use super::{CreateTask, NewTask, add, counterparty_of, default_people, untitled};
use crate::{
    app::App,
    service::{Failure, caller::UserCaller, file::get_attachable, people::may_join, project},
};

/// Sets a task of an external user, who is its assigner. It goes to employees who manage his projects' clients or are
/// responsible for him; where the project has no auditor, its managers control it too (EXT-4).
pub async fn create_for_client(
    tx: &mut WriteTx,
    app: &App,
    caller: &UserCaller,
    new: CreateTask,
) -> Result<TaskId, Failure> {
    require_allowed(&new)?;
    let project = choose_project(tx, caller, new.project_id).await?;
    let of_project = default_people(tx, caller.account, project, ProjectPart::ClientManager).await?;
    let assignees = match new.people.assignees {
        Some(named) if !named.is_empty() => get_known(tx, caller, &named).await?,
        _ if of_project.is_empty() => list_responsible(tx, caller).await?,
        _ => of_project.clone(),
    };
    if assignees.is_empty() {
        let detail = "Nobody manages the clients of the project or is responsible for you: name an assignee.";
        return Err(Refusal::new(Code::ValidationFailed, detail)
            .at("/assignees", FieldCode::Required, "is required")
            .into());
    }
    let is_audited = !default_people(tx, caller.account, project, ProjectPart::Auditor).await?.is_empty();
    let auditors = assignees.iter().filter(|it| !is_audited && of_project.contains(it));
    let participants = default_people(tx, caller.account, project, ProjectPart::Participant).await?;
    let roles = [(TaskRole::Assigner, caller.person)]
        .into_iter()
        .chain(assignees.iter().map(|it| (TaskRole::Assignee, it.id)))
        .chain(participants.iter().map(|it| (TaskRole::Participant, it.id)))
        .chain(auditors.map(|it| (TaskRole::Auditor, it.id)))
        .collect();
    let files = get_attachable(tx, caller, &new.file_ids).await?;
    let new = NewTask {
        title: new.title.ok_or_else(untitled)?,
        description: new.description.unwrap_or_default(),
        priority: new.priority.unwrap_or(Priority::Normal),
        start_at: None,
        deadline: new.deadline,
        parent_id: None,
        project_id: project,
        counterparty_id: counterparty_of(tx, caller.account, caller.person).await?,
        company_access: true,
        incoming_mail_id: None,
        created_by: caller.person,
        roles,
        told: notified_of_new_task(Some(PersonKind::Contact), assignees.iter()),
        files: files.into_iter().map(|it| Attachment { file: it.id, content_id: None }).collect(),
        checklist: Vec::new(),
        warnings: Vec::new(),
        mail_hops: None,
    };
    Ok(add(tx, app, caller.account, new).await?.id)
}

/// Refuses the fields that are an employee's to fill (EXT-5).
fn require_allowed(new: &CreateTask) -> Result<(), Refusal> {
    let people = &new.people;
    let is_for_employees = new.template_id.is_some()
        || new.start_at.is_some()
        || new.parent_id.is_some()
        || new.counterparty.is_some()
        || !new.company_access
        || people.assigner.is_some()
        || people.participants.is_some()
        || people.auditors.is_some()
        || !new.assignee_emails.is_empty();
    if is_for_employees {
        let detail = "External users give a task a title, description, priority, deadline, project, assignees and files.";
        return Err(Refusal::forbidden(detail));
    }
    Ok(())
}

/// The project that is named, if he sees it; else the first of those that he sees (EXT-3).
async fn choose_project(
    tx: &mut dyn Tx,
    caller: &UserCaller,
    named: Option<ProjectId>,
) -> Result<Option<ProjectId>, Failure> {
    let Some(id) = named else {
        let first = projects::find_first_seen(tx, caller.account, caller.person).await?;
        return Ok(first.map(|it| it.id));
    };
    match project::get(tx, caller, id).await {
        Ok(found) => Ok(Some(found.id)),
        Err(Failure::Refused(_)) => Err(Refusal::unknown_id("/project_id").into()),
        Err(failure) => Err(failure),
    }
}

/// Those who are responsible for him or a company of his, and work here.
async fn list_responsible(tx: &mut dyn Tx, caller: &UserCaller) -> Result<Vec<Addressee>, Failure> {
    let ids = responsible::list_for(tx, caller.account, caller.person).await?;
    let mut known = person::list_addressees(tx, caller.account, ids.iter().copied()).await?;
    Ok(ids.iter().filter_map(|id| known.remove(id)).filter(may_join).collect())
}

/// Those who are named, each once. Who neither manages clients of a project that he sees nor is responsible for him is not there
/// for him (EXT-2, S6).
async fn get_known(
    tx: &mut dyn Tx,
    caller: &UserCaller,
    named: &[PersonId],
) -> Result<Vec<Addressee>, Failure> {
    let mut allowed = projects::list_managers_of_client(tx, caller.account, caller.person).await?;
    allowed.extend(responsible::list_for(tx, caller.account, caller.person).await?);
    let mut known = person::list_addressees(tx, caller.account, named.iter().copied()).await?;
    known.retain(|id, it| allowed.contains(id) && may_join(it));
    match named.iter().position(|id| !known.contains_key(id)) {
        Some(i) => Err(Refusal::unknown_id(format!("/assignees/{i}")).into()),
        None => Ok(named.iter().filter_map(|id| known.remove(id)).collect()),
    }
}
