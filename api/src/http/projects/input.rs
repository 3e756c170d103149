//! What beginning and changing a project read alike.

use liaison_domain::{
    id::PersonId,
    project::ProjectPart,
    text::{TextError, check_body},
};
use uuid::Uuid;

use crate::{
    http::{fields::Fields, patch::Change},
    service::project::pointer,
};

/// Most people in one part.
const MAX_PEOPLE: usize = 200;

/// The parts that a body names, each with its whole list.
pub(super) fn people<const N: usize>(
    fields: &mut Fields,
    named: [(ProjectPart, Change<Vec<Uuid>>); N],
) -> Vec<(ProjectPart, Vec<PersonId>)> {
    let mut people = Vec::new();
    for (part, ids) in named {
        let Some(ids) = ids.0 else { continue };
        fields.at_most(pointer(part), ids.len(), MAX_PEOPLE);
        people.push((part, ids.into_iter().map(PersonId::new).collect()));
    }
    people
}

pub(super) fn description(text: String) -> Result<String, TextError> {
    check_body(&text).map(|()| text)
}
