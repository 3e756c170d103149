//! People: employees and contacts, one id space (an employee *is* a person as much as a contact is).

use crate::{
    Timestamp,
    account::{EmployeeStatus, Role},
    id::{IdentityId, PersonId},
    language::Language,
    mail_address::EmailAddress,
    named::named,
};

named! {
    pub enum PersonKind {
        Employee = "employee",
        Contact = "contact",
    }
}

/// A person as others refer to him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRef {
    pub id: PersonId,
    pub kind: PersonKind,
    pub name: String,
    /// Whom he is in another account, where he is linked.
    pub linked_account: Option<LinkedAccount>,
}

impl PersonRef {
    /// Somebody who is not linked, or of whom that is not asked.
    pub const fn of(id: PersonId, kind: PersonKind, name: String) -> Self {
        Self { id, kind, name, linked_account: None }
    }
}

/// A login identity's membership in one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employee {
    pub id: PersonId,
    /// None until he has accepted his invitation.
    pub identity_id: Option<IdentityId>,
    pub name: String,
    pub login: String,
    pub email: String,
    pub role: Role,
    pub status: EmployeeStatus,
    /// Lets contacts sign in, without being an administrator (LVL-2).
    pub manages_external_access: bool,
    pub created_at: Timestamp,
    pub version: i64,
}

/// Whom a person is in another account (LINKA-2, LINKA-3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedAccount {
    /// The account's name.
    pub account: String,
    /// Where he is an employee there; none for those who are contacts there too.
    pub login: Option<String>,
}

/// What fanning out needs to know of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub id: PersonId,
    pub name: String,
    pub reach: Reach,
    /// He is somebody of another account and is told there (LINKA-4, LINKB-6).
    pub is_linked: bool,
}

/// How a person is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    Employee { status: EmployeeStatus },
    Contact { address: Option<EmailAddress>, language: Option<Language>, selectable: bool },
}

impl Addressee {
    /// Whether a comment may be addressed to him and would be of use (CONF-1, NTF-9).
    pub const fn is_addressable(&self) -> bool {
        match self.reach {
            Reach::Employee { status } => matches!(status, EmployeeStatus::Active),
            Reach::Contact { selectable, .. } => selectable,
        }
    }

    pub const fn kind(&self) -> PersonKind {
        match self.reach {
            Reach::Employee { .. } => PersonKind::Employee,
            Reach::Contact { .. } => PersonKind::Contact,
        }
    }
}
