//! Who may be written down twice (DUP-3, DUP-4).

use std::collections::HashMap;

use liaison_domain::{contact::resemblance::Likeness, id::PersonId, person::PersonRef};
use liaison_persistence::{
    contact::duplicate,
    database::Tx,
    page::{Page, PageRequest},
    person,
};

use crate::service::{Failure, caller::StaffCaller};

/// A contact with those who may be him.
#[derive(Clone, Debug)]
pub struct Duplicate {
    pub contact: PersonRef,
    pub matches: Vec<Match>,
}

/// What he has in common with whoever had it first.
#[derive(Clone, Debug)]
pub struct Match {
    pub likeness: Likeness,
    /// The address, the number or the name.
    pub value: String,
    pub first: PersonRef,
}

/// Contacts who may be somebody else who was written down before, newest first; a page may be short and go on.
pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    page: PageRequest,
) -> Result<Page<Duplicate>, Failure> {
    let found = duplicate::list(tx, caller.account, page).await?;
    let of = |it: &duplicate::Duplicate| {
        [it.id].into_iter().chain(it.matches.iter().map(|it| it.first_id)).collect()
    };
    let people: Vec<PersonId> = found.items.iter().flat_map(|it| -> Vec<PersonId> { of(it) }).collect();
    let known: HashMap<PersonId, PersonRef> = person::list_refs(tx, caller.account, people).await?;
    let named = |it: duplicate::Duplicate| {
        let matched = |row: duplicate::MatchRow| {
            let first = known.get(&row.first_id)?.clone();
            Some(Match { likeness: row.likeness, value: row.value, first })
        };
        let of_it = it.matches.into_iter().filter_map(matched);
        Some(Duplicate { contact: known.get(&it.id)?.clone(), matches: of_it.collect() })
    };
    Ok(Page { items: found.items.into_iter().filter_map(named).collect(), next: found.next })
}
