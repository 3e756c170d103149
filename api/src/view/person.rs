//! Shapes that several operations share.

use liaison_domain::person::{LinkedAccount, PersonRef};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::name::PersonKindName;

/// A person as others refer to him.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonView {
    pub id: Uuid,
    pub kind: PersonKindName,
    pub name: String,
    /// Whom he is in another account, where he is linked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linked_account: Option<LinkedAccountView>,
}

/// Where something came from over a link.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LinkOrigin)]
pub struct LinkOriginView {
    /// The account's name.
    pub account: String,
    /// Its author, as he is known here.
    pub person: PersonView,
}

impl LinkOriginView {
    pub fn of(account: &str, author: &PersonRef) -> Self {
        Self { account: account.to_owned(), person: author.into() }
    }
}

/// Whom a person is in another account.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LinkedAccount)]
pub struct LinkedAccountView {
    /// The account's name.
    #[schema(example = "globex")]
    pub account: String,
    /// Where he is an employee there; null for those who are contacts there too.
    #[schema(required)]
    pub login: Option<String>,
}

impl From<&LinkedAccount> for LinkedAccountView {
    fn from(linked: &LinkedAccount) -> Self {
        Self { account: linked.account.clone(), login: linked.login.clone() }
    }
}

impl From<&PersonRef> for PersonView {
    fn from(person: &PersonRef) -> Self {
        Self {
            id: person.id.uuid(),
            kind: person.kind.into(),
            name: person.name.clone(),
            linked_account: person.linked_account.as_ref().map(LinkedAccountView::from),
        }
    }
}
