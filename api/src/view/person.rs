//! Shapes that several operations share.

use liaison_domain::person::PersonRef;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A person as others refer to him.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonView {
    pub id: Uuid,
    /// `employee` or `contact`
    #[schema(example = "contact")]
    pub kind: &'static str,
    pub name: String,
}

impl From<&PersonRef> for PersonView {
    fn from(person: &PersonRef) -> Self {
        Self { id: person.id.uuid(), kind: person.kind.as_str(), name: person.name.clone() }
    }
}
