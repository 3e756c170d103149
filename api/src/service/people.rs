//! People that a request names: known to the account, and selectable where they are contacts.

use std::collections::HashMap;

use liaison_domain::{
    account::EmployeeStatus,
    id::{AccountId, PersonId},
    person::{Addressee, Reach},
    refusal::{Code, FieldCode, Refusal},
};
use liaison_persistence::{database::Tx, person};

use super::Failure;

/// A person and where the request names him.
#[derive(Clone, Debug)]
pub struct Named {
    /// A JSON Pointer into the body.
    pub pointer: String,
    pub id: PersonId,
}

impl Named {
    /// Everybody in a list of the body.
    pub fn each(field: &str, people: &[PersonId]) -> impl Iterator<Item = Self> {
        people.iter().enumerate().map(move |(i, id)| Self { pointer: format!("{field}/{i}"), id: *id })
    }
}

/// Loads everybody who is named, in one statement. Unknown ones are 404, contacts that may not take part are refused
/// (CONF-1).
pub async fn get_selectable(
    tx: &mut dyn Tx,
    account: AccountId,
    named: &[Named],
) -> Result<HashMap<PersonId, Addressee>, Failure> {
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let known = person::list_addressees(tx, account, named.iter().map(|it| it.id)).await?;
    for Named { pointer, id } in named {
        let person = known.get(id).ok_or_else(|| Refusal::unknown_id(pointer))?;
        if let Reach::Contact { selectable: false, .. } = person.reach {
            let detail = "The contact may not take part: selectable_as_participant is off.";
            return Err(Refusal::new(Code::ContactNotSelectable, detail)
                .at(pointer, FieldCode::NotSelectable, "selectable_as_participant is off")
                .into());
        }
    }
    Ok(known)
}

/// Employees who work here, and contacts who may be put in a role (CONF-1).
pub const fn may_join(person: &Addressee) -> bool {
    match &person.reach {
        Reach::Employee { status } => matches!(status, EmployeeStatus::Active),
        Reach::Contact { selectable, .. } => *selectable,
    }
}
