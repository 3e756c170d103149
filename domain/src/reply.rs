//! Whom an answer is addressed to before its author changes it.

use crate::{
    id::PersonId,
    person::{Addressee, PersonKind},
};

/// Proposes the audience of an answer to a comment: its author and whom it was addressed to (COM-2, R19), in this order,
/// but for him who answers. Nobody, where a colleague joins a talk with a client that he had no part in (COM-3, R23).
pub fn default_audience(by: PersonId, author: &Addressee, audience: &[Addressee]) -> Vec<PersonId> {
    let talk = || [author].into_iter().chain(audience);
    let has_part = talk().any(|it| it.id == by);
    if !has_part && talk().any(|it| it.kind() == PersonKind::Contact) {
        return Vec::new();
    }
    let mut proposed = Vec::new();
    for person in talk().filter(|it| it.id != by && it.is_addressable()) {
        if !proposed.contains(&person.id) {
            proposed.push(person.id);
        }
    }
    proposed
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{account::EmployeeStatus, person::Reach};

    const fn id(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn employee(n: u128) -> Addressee {
        let reach = Reach::Employee { status: EmployeeStatus::Active };
        Addressee { id: id(n), name: n.to_string(), reach, is_linked: false }
    }

    fn contact(n: u128, selectable: bool) -> Addressee {
        let reach = Reach::Contact { address: None, language: None, selectable };
        Addressee { id: id(n), name: n.to_string(), reach, is_linked: false }
    }

    #[track_caller]
    fn check(by: u128, author: &Addressee, audience: &[Addressee], expected: &[u128]) {
        let expected: Vec<PersonId> = expected.iter().map(|it| id(*it)).collect();
        assert_eq!(default_audience(id(by), author, audience), expected);
    }

    /// COM-2, COM-3, CONF-1
    #[test]
    fn an_answer_goes_to_those_in_the_talk_unless_it_is_a_talk_of_others_with_a_client() {
        let gone = Addressee { reach: Reach::Employee { status: EmployeeStatus::Inactive }, ..employee(4) };
        check(1, &contact(2, true), &[employee(1), employee(3), contact(2, true)], &[2, 3]);
        check(1, &employee(1), &[contact(2, true)], &[2]);
        check(5, &employee(1), &[contact(2, true)], &[]);
        check(5, &contact(2, true), &[employee(1)], &[]);
        check(5, &employee(1), &[employee(3)], &[1, 3]);
        check(1, &employee(3), &[employee(1), contact(2, false), gone], &[3]);
        check(1, &employee(1), &[], &[]);
    }
}
