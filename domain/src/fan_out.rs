//! What leaves when something is written: one person, one notice, by the way that reaches him.

use std::collections::HashSet;

use crate::{
    account::EmployeeStatus,
    id::PersonId,
    language::Language,
    mail_address::EmailAddress,
    outgoing::SkipReason,
    person::{Addressee, PersonKind, Reach},
};

/// The notices that an event makes, and who got none and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FanOut {
    pub mails: Vec<MailTo>,
    /// Mails that are written down and not sent, because no mail leaves to their addresses.
    pub suppressed: Vec<MailTo>,
    pub in_app: Vec<PersonId>,
    /// Told in the account that they are linked to.
    pub linked: Vec<PersonId>,
    pub skipped: Vec<(PersonId, SkipReason)>,
}

/// One mail to one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTo {
    pub person: PersonId,
    pub name: String,
    pub address: EmailAddress,
    pub language: Option<Language>,
}

impl FanOut {
    /// Tells no contact: the account has switched this type of notice off (TPL-1).
    #[must_use]
    pub fn disabled(mut self) -> Self {
        let mails = std::mem::take(&mut self.mails);
        self.skipped.extend(mails.into_iter().map(|it| (it.person, SkipReason::NoticeDisabled)));
        self
    }

    /// Gives up those whom no link leads to.
    #[must_use]
    pub fn unreachable(mut self, people: &[PersonId]) -> Self {
        self.linked.retain(|it| !people.contains(it));
        self.skipped.extend(people.iter().map(|it| (*it, SkipReason::NotLinked)));
        self
    }

    /// Leaves out employees who want to be told nothing of it (NTF-6).
    #[must_use]
    pub fn muted(mut self, people: &[PersonId]) -> Self {
        let (muted, told) = std::mem::take(&mut self.in_app).into_iter().partition(|it| people.contains(it));
        self.in_app = told;
        let muted: Vec<PersonId> = muted;
        self.skipped.extend(muted.into_iter().map(|it| (it, SkipReason::Muted)));
        self
    }

    /// Keeps back what would leave to these addresses, given by their keys: hand-written comments too (api.md).
    #[must_use]
    pub fn without(mut self, suppressed: &HashSet<String>) -> Self {
        let (kept_back, sent) = std::mem::take(&mut self.mails)
            .into_iter()
            .partition(|it| suppressed.contains(&it.address.key()));
        (self.suppressed, self.mails) = (kept_back, sent);
        self
    }
}

/// Plans the notices for an audience: who is linked over his link and by no other way (LINKA-4, LINKB-6); contacts by mail,
/// one mail an address (R8, CLI-2); employees in the application; nobody for what he did himself (NTF-5),
/// where somebody did it. `contacts_wait` holds contacts' mail back while the author is
/// not confirmed (R17).
pub fn plan(author: impl Into<Option<PersonId>>, audience: &[Addressee], contacts_wait: bool) -> FanOut {
    let mut plan = FanOut::default();
    let mut people: HashSet<PersonId> = author.into().into_iter().collect();
    let mut addresses = HashSet::new();
    for addressee in audience {
        if !people.insert(addressee.id) {
            continue;
        }
        let skipped = match &addressee.reach {
            Reach::Contact { .. } if contacts_wait => SkipReason::UnconfirmedSender,
            _ if addressee.is_linked => {
                plan.linked.push(addressee.id);
                continue;
            }
            Reach::Employee { status: EmployeeStatus::Active } => {
                plan.in_app.push(addressee.id);
                continue;
            }
            Reach::Employee { .. } => SkipReason::InactiveEmployee,
            Reach::Contact { address: None, .. } => SkipReason::NoAddress,
            Reach::Contact { address: Some(address), language, .. } => {
                if addresses.insert(address.key()) {
                    plan.mails.push(MailTo {
                        person: addressee.id,
                        name: addressee.name.clone(),
                        address: address.clone(),
                        language: *language,
                    });
                    continue;
                }
                SkipReason::SameAddress
            }
        };
        plan.skipped.push((addressee.id, skipped));
    }
    plan
}

/// Who is told of a new task: its assignees. A contact set to work by a contact gets nothing (CLI-8), unless he is told in
/// another account, where he is none (LINK-3).
pub fn notified_of_new_task<'a>(
    assigner: Option<PersonKind>,
    assignees: impl Iterator<Item = &'a Addressee>,
) -> Vec<Addressee> {
    let by_contact = assigner == Some(PersonKind::Contact);
    assignees
        .filter(|it| it.is_linked || !(by_contact && it.kind() == PersonKind::Contact))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn person(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn employee(n: u128) -> Addressee {
        let reach = Reach::Employee { status: EmployeeStatus::Active };
        Addressee { id: person(n), name: format!("employee {n}"), reach, is_linked: false }
    }

    fn contact(n: u128, address: Option<&str>) -> Addressee {
        let address = address.map(|it| EmailAddress::parse(it).unwrap());
        Addressee {
            id: person(n),
            name: format!("contact {n}"),
            reach: Reach::Contact { address, language: None, selectable: true },
            is_linked: false,
        }
    }

    /// CLI-2, NTF-5: contacts by mail, colleagues in the application, the author not at all.
    #[test]
    fn each_person_is_told_by_his_own_way() {
        let plan = plan(person(1), &[employee(1), employee(2), contact(3, Some("c@x.example"))], false);
        assert_eq!(plan.in_app, [person(2)]);
        assert_eq!(plan.mails.iter().map(|it| it.person).collect::<Vec<_>>(), [person(3)]);
        assert_eq!(plan.skipped, []);
    }

    /// R8, R17: nobody is left out without a reason.
    #[test]
    fn who_gets_nothing_is_named_with_the_reason() {
        let audience = [contact(2, None), contact(3, Some("c@x.example")), contact(4, Some("C@X.example"))];
        assert_eq!(
            plan(person(1), &audience, false).skipped,
            [(person(2), SkipReason::NoAddress), (person(4), SkipReason::SameAddress)]
        );
        assert!(plan(person(1), &audience, true).mails.is_empty());
    }

    /// LINKA-4, LINKB-6: over the link, and by no other way.
    #[test]
    fn who_is_linked_is_told_over_the_link_alone() {
        let linked = |it: Addressee| Addressee { is_linked: true, ..it };
        let audience =
            [linked(contact(2, Some("b@x.example"))), linked(employee(3)), contact(4, Some("b@x.example"))];
        let plan = plan(person(1), &audience, false);
        assert_eq!(plan.linked, [person(2), person(3)]);
        assert_eq!(plan.mails.iter().map(|it| it.person).collect::<Vec<_>>(), [person(4)]);
        assert!(plan.in_app.is_empty());
    }

    #[test]
    fn nothing_leaves_to_a_suppressed_address() {
        let audience = [contact(2, Some("b@x.example")), contact(3, Some("C@x.example")), employee(4)];
        let plan = plan(person(1), &audience, false).without(&HashSet::from(["c@x.example".to_owned()]));
        let people = |mails: &[MailTo]| mails.iter().map(|it| it.person).collect::<Vec<_>>();
        assert_eq!((people(&plan.mails), people(&plan.suppressed)), (vec![person(2)], vec![person(3)]));
        assert_eq!(plan.in_app, [person(4)]);
    }

    /// CLI-8
    #[test]
    fn a_contact_set_to_work_by_a_contact_is_not_told() {
        let (worker, client) = (employee(2), contact(3, Some("c@x.example")));
        let assignees = [worker.clone(), client];
        assert_eq!(notified_of_new_task(Some(PersonKind::Employee), assignees.iter()), assignees);
        assert_eq!(notified_of_new_task(Some(PersonKind::Contact), assignees.iter()), [worker]);
    }

    proptest! {
        /// R8, R23: a notice goes to someone in the audience, once, and never to the author.
        #[test]
        fn notices_stay_within_the_audience(author in 0u128..6, ids in prop::collection::vec((0u128..6, 0u8..3), 0..12)) {
            let audience: Vec<Addressee> = ids
                .iter()
                .map(|(id, kind)| match kind {
                    0 => employee(*id),
                    1 => contact(*id, None),
                    _ => contact(*id, Some(&format!("p{}@x.example", id % 3))),
                })
                .collect();
            let plan = plan(person(author), &audience, false);
            let told: Vec<PersonId> = plan.in_app.iter().copied().chain(plan.mails.iter().map(|it| it.person)).collect();
            prop_assert!(!told.contains(&person(author)));
            prop_assert!(told.iter().all(|it| audience.iter().any(|a| a.id == *it)));
            prop_assert_eq!(told.iter().collect::<HashSet<_>>().len(), told.len());
            let addresses: HashSet<String> = plan.mails.iter().map(|it| it.address.key()).collect();
            prop_assert_eq!(addresses.len(), plan.mails.len());
        }
    }
}
