//! Warnings while a contact is written down: who might be the same (DUP-4). They refuse nothing.

use std::collections::HashSet;

use liaison_domain::{
    contact::{
        Contact, NameParts, Phone,
        resemblance::{ComparedName, MAX_WARNINGS},
    },
    id::PersonId,
    text::Name,
};
use liaison_persistence::{contact::resemblance, database::Tx};

use crate::service::{Failure, caller::StaffCaller};

/// What was typed of a contact so far.
#[derive(Debug)]
pub struct Typed<'a> {
    /// The contact himself, where he is there already.
    pub id: Option<PersonId>,
    pub name: Option<&'a Name>,
    pub parts: &'a NameParts,
    pub is_company: bool,
    pub phones: &'a [Phone],
}

impl<'a> Typed<'a> {
    /// All of a contact's.
    pub fn of(contact: &'a Contact) -> Self {
        let card = &contact.card;
        Self {
            id: Some(contact.id),
            name: Some(&card.name),
            parts: &card.parts,
            is_company: card.is_company,
            phones: &card.phones,
        }
    }

    /// What is new of a contact who was changed.
    pub fn changed(before: &Contact, after: &'a Contact) -> Self {
        let (old, new) = (&before.card, &after.card);
        let all = Self::of(after);
        let same_name = old.name == new.name && old.parts == new.parts;
        Self {
            name: all.name.filter(|_| !same_name),
            parts: if same_name { NONE } else { all.parts },
            phones: if old.phones == new.phones { &[] } else { all.phones },
            ..all
        }
    }
}

const NONE: &NameParts = &NameParts { first: None, middle: None, last: None };

/// A contact who might be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resemblance {
    pub id: PersonId,
    pub name: String,
    /// The number that both have; none where it is the name.
    pub phone: Option<String>,
}

/// Who might be the one that is typed, at most [`MAX_WARNINGS`]: by phone first, then by name.
pub async fn find(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    typed: &Typed<'_>,
) -> Result<Vec<Resemblance>, Failure> {
    let mut seen: HashSet<PersonId> = typed.id.into_iter().collect();
    let mut found = Vec::new();
    let keys: Vec<String> = typed.phones.iter().filter_map(Phone::key).collect();
    if !keys.is_empty() {
        for row in resemblance::list_callable(tx, caller.account, keys).await? {
            if seen.insert(row.id) {
                found.push(Resemblance { id: row.id, name: row.name, phone: Some(row.number) });
            }
        }
    }
    let name = ComparedName::of(typed.name, typed.parts, typed.is_company);
    if name.clues().next().is_some() {
        for known in resemblance::list_named_alike(tx, caller.account, name.clues()).await? {
            let compared = ComparedName::of(Some(&known.name), &known.parts, known.is_company);
            if name.resembles(&compared) && seen.insert(known.id) {
                found.push(Resemblance { id: known.id, name: known.name.into_string(), phone: None });
            }
        }
    }
    found.truncate(MAX_WARNINGS);
    Ok(found)
}
