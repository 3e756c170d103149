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
}

/// A login identity's membership in one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employee {
    pub id: PersonId,
    pub identity_id: IdentityId,
    pub name: String,
    pub login: String,
    pub email: String,
    pub role: Role,
    pub status: EmployeeStatus,
    pub created_at: Timestamp,
    pub version: i64,
}

/// A person or company known to one account; has no login (CON-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub id: PersonId,
    pub name: String,
    pub is_company: bool,
    /// Main address first.
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    pub company_ids: Vec<PersonId>,
    pub language: Option<Language>,
    /// May be put in a role and be addressed (CONF-1).
    pub selectable_as_participant: bool,
    /// Mail from him is rejected (SPM-2).
    pub spam: bool,
    pub created_at: Timestamp,
    pub version: i64,
}

/// What fanning out needs to know of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub id: PersonId,
    pub name: String,
    pub reach: Reach,
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
