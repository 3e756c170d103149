//! People that a request names: known to the account, and selectable where they are contacts.

use std::collections::HashMap;

use liaison_domain::{
    id::{AccountId, PersonId},
    person::{Addressee, Reach},
    refusal::{Code, FieldCode, Refusal},
};
use liaison_persistence::{database::Tx, person};

use super::Failure;

/// People named in one field of a body.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The field, as a JSON Pointer; a list unless it ends in `_id` or is the one assigner.
    pub field: &'static str,
    pub people: &'a [PersonId],
}

/// Loads everybody that the fields name, in one statement. Unknown ones are 404, contacts that may not take part are
/// refused (CONF-1).
pub async fn get_selectable(
    tx: &mut impl Tx,
    account: AccountId,
    named: &[Named<'_>],
) -> Result<HashMap<PersonId, Addressee>, Failure> {
    let ids = named.iter().flat_map(|it| it.people).copied();
    let known = person::list_addressees(tx, account, ids).await?;
    for Named { field, people } in named {
        for (i, id) in people.iter().enumerate() {
            let is_list = *field != "/assigner" && !field.ends_with("_id");
            let pointer = if is_list { format!("{field}/{i}") } else { (*field).to_owned() };
            let person = known.get(id).ok_or_else(|| Refusal::unknown_id(&pointer))?;
            if let Reach::Contact { selectable: false, .. } = person.reach {
                let detail = "The contact may not take part: selectable_as_participant is off.";
                return Err(Refusal::new(Code::ContactNotSelectable, detail)
                    .at(pointer, FieldCode::NotSelectable, "selectable_as_participant is off")
                    .into());
            }
        }
    }
    Ok(known)
}
