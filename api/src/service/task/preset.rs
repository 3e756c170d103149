//! What a new task takes from a template.

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId, TaskTemplateId},
    person::Addressee,
    refusal::Refusal,
    task::template::{self, TemplatePart},
    text::Title,
};
use liaison_persistence::{
    contact,
    database::Tx,
    person,
    task_template::{self, TaskTemplateRow},
};

use super::{CreateTask, People};
use crate::service::{Failure, people::may_join, rich_text::RichText};

/// A template, and those of its people who can be in a task still: who left since is passed over.
#[derive(Debug)]
pub(super) struct Preset {
    template: TaskTemplateRow,
    people: Vec<(TemplatePart, Addressee)>,
    /// Whom the task is about.
    counterparty: Option<PersonId>,
}

impl Preset {
    /// Everybody in a part, where there is somebody.
    fn ids(&self, part: TemplatePart) -> Option<Vec<PersonId>> {
        let ids: Vec<_> = self.people.iter().filter(|it| it.0 == part).map(|it| it.1.id).collect();
        (!ids.is_empty()).then_some(ids)
    }
}

/// The template that a body names.
pub(super) async fn find_named(
    tx: &mut dyn Tx,
    account: AccountId,
    template: Option<TaskTemplateId>,
) -> Result<Option<Preset>, Failure> {
    let Some(id) = template else { return Ok(None) };
    match find(tx, account, id).await? {
        Some(preset) => Ok(Some(preset)),
        None => Err(Refusal::unknown_id("/template_id").into()),
    }
}

async fn find(tx: &mut dyn Tx, account: AccountId, id: TaskTemplateId) -> Result<Option<Preset>, Failure> {
    let Some(template) = task_template::find(tx, account, id).await? else { return Ok(None) };
    let named = task_template::list_people(tx, account, [id]).await?.remove(&id).unwrap_or_default();
    let known = person::list_addressees(tx, account, named.0.iter().map(|(_, it)| it.id)).await?;
    let roles = named.0.iter().filter(|(part, _)| *part != TemplatePart::Counterparty);
    let people = roles.filter_map(|(part, it)| Some((*part, known.get(&it.id)?.clone())));
    let people = people.filter(|(_, it)| may_join(it)).collect();
    let counterparty = match named.of(TemplatePart::Counterparty).next() {
        Some(it) => contact::find(tx, account, it.id).await?.filter(|it| it.card.selectable_as_counterparty),
        None => None,
    };
    Ok(Some(Preset { template, people, counterparty: counterparty.map(|it| it.id) }))
}

/// Gives a task what it does not name itself, and the steps of its checklist.
pub(super) fn fill(new: CreateTask, preset: Option<Preset>, now: Timestamp) -> (CreateTask, Vec<String>) {
    let Some(preset) = preset else { return (new, Vec::new()) };
    let assignees = if new.assignee_emails.is_empty() { preset.ids(TemplatePart::Assignee) } else { None };
    let people = People {
        assigner: new.people.assigner,
        assignees: new.people.assignees.or(assignees),
        participants: new.people.participants.or_else(|| preset.ids(TemplatePart::Participant)),
        auditors: new.people.auditors.or_else(|| preset.ids(TemplatePart::Auditor)),
    };
    let Preset { template, counterparty, .. } = preset;
    let description = RichText { html: template.description_html, text: template.description_text };
    let filled = CreateTask {
        title: new.title.or_else(|| Title::parse(&template.title).ok()),
        description: new.description.or(Some(description)),
        priority: new.priority.or(Some(template.priority)),
        deadline: new.deadline.or_else(|| template::deadline(now, template.deadline_in_hours)),
        project_id: new.project_id.or(template.project_id),
        counterparty: new.counterparty.or(counterparty),
        people,
        ..new
    };
    (filled, template.checklist.0)
}
