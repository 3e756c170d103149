//! What making and changing a template read alike.

use liaison_domain::{
    checklist::MAX_ITEMS,
    id::PersonId,
    refusal::FieldCode,
    task::template::{MAX_DEADLINE_IN_HOURS, TemplatePart},
    text::Title,
};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    http::{
        fields::{FieldError, Fields},
        patch::{Change, Patch},
        tasks::MAX_PEOPLE,
    },
    service::task_template::pointer,
};

/// The parts that a body names, each with its whole list.
pub(super) fn people<const N: usize>(
    fields: &mut Fields,
    named: [(TemplatePart, Change<Vec<Uuid>>); N],
    counterparty: Patch<Uuid>,
) -> Vec<(TemplatePart, Vec<PersonId>)> {
    let mut people = Vec::new();
    for (part, ids) in named {
        let Some(ids) = ids.0 else { continue };
        fields.at_most(pointer(part), ids.len(), MAX_PEOPLE);
        people.push((part, ids.into_iter().map(PersonId::new).collect()));
    }
    let counterparty = counterparty.into_change();
    people.extend(
        counterparty.map(|it| (TemplatePart::Counterparty, it.map(PersonId::new).into_iter().collect())),
    );
    people
}

/// The texts of the steps.
pub(super) fn checklist(fields: &mut Fields, texts: Change<Vec<String>>) -> Option<Vec<Title>> {
    let texts = texts.0?;
    fields.at_most("/checklist", texts.len(), MAX_ITEMS);
    Some(fields.read_each("/checklist", &texts, Title::parse))
}

pub(super) fn hours(number: i64) -> Result<i64, NotHours> {
    if (1..=MAX_DEADLINE_IN_HOURS).contains(&number) { Ok(number) } else { Err(NotHours) }
}

#[derive(Debug, Error)]
#[error("must be from 1 to 87600")]
pub(super) struct NotHours;

impl FieldError for NotHours {
    fn code(&self) -> FieldCode {
        FieldCode::OutOfRange
    }
}
