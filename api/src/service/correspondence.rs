//! Writing to a contact's address: the message is a task that the contact is assigned, made after the account's template
//! (WRT-1).

use liaison_domain::{
    id::{FileId, PersonId, TaskId},
    person::Reach,
    refusal::{Code, Refusal},
    task::{Priority, Task, TaskRole},
    text::Title,
};
use liaison_persistence::{
    contact, contact_mail_settings,
    database::{Tx, WriteTx},
    person, task,
};

use super::{
    Failure,
    caller::StaffCaller,
    people::{Named, get_selectable, may_join},
    rich_text::RichText,
    task::{CreateTask, People},
};
use crate::app::App;

/// A message as an employee writes it.
#[derive(Debug)]
pub struct Message {
    pub title: Title,
    pub body: RichText,
    pub file_ids: Vec<FileId>,
}

/// Sets a task for the contact, which leaves to him by mail as any does (CLI-7).
pub async fn write(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    to: PersonId,
    message: Message,
) -> Result<TaskId, Failure> {
    require_reachable(tx, caller, to).await?;
    let settings = contact_mail_settings::get(tx, caller.account).await?;
    let template = match settings.compose_task_template {
        Some(id) => task::find(tx, caller.account, id).await?,
        None => None,
    };
    let (priority, project_id, participants, auditors) = match &template {
        Some(template) => {
            let (participants, auditors) = list_people(tx, caller, template).await?;
            (template.priority, template.project_id, participants, auditors)
        }
        None => (Priority::Normal, None, Vec::new(), Vec::new()),
    };
    let known = contact::find(tx, caller.account, to).await?;
    let counterparty = known.filter(|it| it.card.selectable_as_counterparty).map(|it| it.id);
    let new = CreateTask {
        title: Some(message.title),
        description: Some(message.body),
        priority: Some(priority),
        project_id,
        counterparty,
        company_access: true,
        people: People {
            assigner: None,
            assignees: Some(vec![to]),
            participants: Some(participants),
            auditors: Some(auditors),
        },
        file_ids: message.file_ids,
        ..CreateTask::default()
    };
    super::task::create(tx, app, caller, new).await
}

/// Refuses a contact who is not here, may not take part, or has no address to be written to.
async fn require_reachable(tx: &mut dyn Tx, caller: &StaffCaller, contact: PersonId) -> Result<(), Failure> {
    let named = [Named { pointer: String::new(), id: contact }];
    let found = get_selectable(tx, caller.account, &named).await?.remove(&contact);
    match found.map(|it| it.reach) {
        Some(Reach::Contact { address: Some(_), .. }) => Ok(()),
        Some(Reach::Contact { .. }) => {
            Err(Refusal::new(Code::NoAddress, "The contact has no e-mail address.").into())
        }
        _ => Err(Refusal::not_found().into()),
    }
}

/// The template's participants and auditors who may still take part.
async fn list_people(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    template: &Task,
) -> Result<(Vec<PersonId>, Vec<PersonId>), Failure> {
    let members = task::list_members(tx, caller.account, [template.id]).await?.remove(&template.id);
    let members = members.unwrap_or_default();
    let known = person::list_addressees(tx, caller.account, members.0.iter().map(|(_, it)| it.id)).await?;
    let of = |role| {
        let may_take_part = |id: &PersonId| known.get(id).is_some_and(may_join);
        members.of(role).map(|it| it.id).filter(may_take_part).collect()
    };
    Ok((of(TaskRole::Participant), of(TaskRole::Auditor)))
}
