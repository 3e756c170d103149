//! One card of several (DUP-5): lists are united, and of what there is one of only, the survivor's stands.

use super::{Card, Phone};
use crate::{id::PersonId, mail_address::EmailAddress, named::named};

named! {
    /// What there is one of in a card, and may be missing. Names are not among them: two halves make no name.
    pub enum SingleField {
        Group = "group",
        Position = "position",
        Description = "description",
        Address = "address",
        Language = "language",
        TimeZone = "time_zone",
    }
}

/// What the survivor's card got by a merge, so that it can be taken away again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gained {
    pub emails: Vec<EmailAddress>,
    pub phones: Vec<Phone>,
    pub company_ids: Vec<PersonId>,
    /// Companies of his that became one with him.
    pub lost_company_ids: Vec<PersonId>,
    /// What was missing.
    pub fields: Vec<SingleField>,
}

/// The card of a contact after others have become one with him, in the order in which they are given.
pub fn merge(into: (PersonId, &Card), from: &[(PersonId, &Card)]) -> (Card, Gained) {
    let (survivor, mut card) = (into.0, into.1.clone());
    let mut gained = Gained::default();
    let is_merged = |id: &PersonId| *id == survivor || from.iter().any(|(it, _)| it == id);
    gained.lost_company_ids = card.company_ids.iter().copied().filter(is_merged).collect();
    card.company_ids.retain(|id| !is_merged(id));
    for (_, other) in from {
        for email in &other.emails {
            if card.emails.iter().all(|it| it.key() != email.key()) {
                card.emails.push(email.clone());
                gained.emails.push(email.clone());
            }
        }
        for phone in &other.phones {
            if !card.phones.iter().any(|it| it.is_same(phone)) {
                card.phones.push(phone.clone());
                gained.phones.push(phone.clone());
            }
        }
        for id in other.company_ids.iter().filter(|id| !is_merged(id)) {
            if !card.company_ids.contains(id) {
                card.company_ids.push(*id);
                gained.company_ids.push(*id);
            }
        }
        for field in SingleField::ALL {
            if copy_missing(*field, &mut card, other) {
                gained.fields.push(*field);
            }
        }
    }
    (card, gained)
}

/// The card without what it got by a merge, as far as that still stands there as it came; what was changed since stays.
pub fn unmerge(current: &Card, gained: &Gained, from: &[&Card]) -> Card {
    let mut card = current.clone();
    card.emails.retain(|it| gained.emails.iter().all(|email| email.key() != it.key()));
    card.phones.retain(|it| !gained.phones.contains(it));
    card.company_ids.retain(|it| !gained.company_ids.contains(it));
    for id in &gained.lost_company_ids {
        if !card.company_ids.contains(id) {
            card.company_ids.push(*id);
        }
    }
    for field in &gained.fields {
        clear_copied(*field, &mut card, from);
    }
    card
}

/// Fills a field that is missing; whether it did.
fn copy_missing(field: SingleField, card: &mut Card, other: &Card) -> bool {
    fn fill<T: Clone>(mine: &mut Option<T>, other: Option<&T>) -> bool {
        let fills = mine.is_none() && other.is_some();
        if fills {
            *mine = other.cloned();
        }
        fills
    }
    match field {
        SingleField::Group => fill(&mut card.group_id, other.group_id.as_ref()),
        SingleField::Position => fill(&mut card.position, other.position.as_ref()),
        SingleField::Description => fill(&mut card.description, other.description.as_ref()),
        SingleField::Address => fill(&mut card.address, other.address.as_ref()),
        SingleField::Language => fill(&mut card.language, other.language.as_ref()),
        SingleField::TimeZone => fill(&mut card.time_zone, other.time_zone.as_ref()),
    }
}

/// Clears a field that was filled, unless somebody wrote something else into it since.
fn clear_copied(field: SingleField, card: &mut Card, from: &[&Card]) {
    fn clear<T: PartialEq>(mine: &mut Option<T>, mut from: impl Iterator<Item = Option<T>>) {
        if from.find(Option::is_some).flatten() == *mine {
            *mine = None;
        }
    }
    let from = from.iter();
    match field {
        SingleField::Group => clear(&mut card.group_id, from.map(|it| it.group_id)),
        SingleField::Position => clear(&mut card.position, from.map(|it| it.position.clone())),
        SingleField::Description => clear(&mut card.description, from.map(|it| it.description.clone())),
        SingleField::Address => clear(&mut card.address, from.map(|it| it.address.clone())),
        SingleField::Language => clear(&mut card.language, from.map(|it| it.language)),
        SingleField::TimeZone => clear(&mut card.time_zone, from.map(|it| it.time_zone.clone())),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        contact::{PhoneKind, Position},
        language::Language,
        text::Name,
    };

    fn id(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn card(name: &str, emails: &[&str]) -> Card {
        let emails = emails.iter().map(|it| EmailAddress::parse(it).unwrap()).collect();
        Card::of_unknown(Name::parse(name).unwrap(), emails)
    }

    fn phone(number: &str) -> Phone {
        Phone::new(number, PhoneKind::Work).unwrap()
    }

    /// DUP-5
    #[test]
    fn lists_are_united_and_the_survivors_single_values_stand() {
        let ivan = Card {
            phones: vec![phone("+7 495 123 45 67")],
            company_ids: vec![id(3), id(8)],
            language: Some(Language::English),
            ..card("Ivan", &["ivan@client.example"])
        };
        let vanya = Card {
            phones: vec![phone("84951234567"), phone("555-01-02")],
            company_ids: vec![id(8), id(9)],
            language: Some(Language::Russian),
            position: Some(Position::parse("Buyer").unwrap()),
            ..card("Vanya", &["IVAN@client.example", "vanya@home.example"])
        };
        let firm = card("Firm", &["firm@client.example"]);
        let (merged, gained) = merge((id(1), &ivan), &[(id(2), &vanya), (id(3), &firm)]);
        assert_eq!(merged.name, ivan.name);
        let emails: Vec<_> = merged.emails.iter().map(EmailAddress::as_str).collect();
        assert_eq!(emails, ["ivan@client.example", "vanya@home.example", "firm@client.example"]);
        assert_eq!(merged.phones, [phone("+7 495 123 45 67"), phone("555-01-02")]);
        assert_eq!(merged.company_ids, [id(8), id(9)]);
        assert_eq!(merged.language, Some(Language::English));
        assert_eq!(merged.position, vanya.position);
        assert_eq!(gained.fields, [SingleField::Position]);
        assert_eq!(gained.lost_company_ids, [id(3)]);
        let mut back = unmerge(&merged, &gained, &[&vanya, &firm]);
        back.company_ids.sort_unstable();
        assert_eq!(back, ivan);
    }

    #[test]
    fn what_was_changed_since_a_merge_stays() {
        let (ivan, vanya) = (card("Ivan", &["a@x.example"]), card("Vanya", &["b@x.example"]));
        let vanya = Card { position: Some(Position::parse("Buyer").unwrap()), ..vanya };
        let (mut merged, gained) = merge((id(1), &ivan), &[(id(2), &vanya)]);
        merged.position = Some(Position::parse("Head of buying").unwrap());
        merged.name = Name::parse("Ivan Client").unwrap();
        let back = unmerge(&merged, &gained, &[&vanya]);
        assert_eq!(back.position, merged.position);
        assert_eq!(back.name, merged.name);
        assert_eq!(back.emails, ivan.emails);
    }
}
