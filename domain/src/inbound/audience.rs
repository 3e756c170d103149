//! Who is told of a comment that came by mail (CBN-1 … CBN-6).

use super::settings::IncomingSettings;
use crate::{id::PersonId, person::PersonKind};

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The mail of a comment: its author and those it was addressed to.
    Comment { author: PersonId, audience: Vec<PersonId> },
    /// The task's address, or another mail of the task.
    Task { assigner: Option<PersonId>, assigner_is_employee: bool, assignees: Vec<PersonId> },
}

/// Decides the audience of a mailed comment; never the sender himself.
///
/// CBN-1: an answer to a comment goes to those who had the comment, and to its author. CBN-2: an answer to the task
/// goes to assigner and assignees. CBN-3: to the assigner only if he is an employee.
pub fn decide_audience(answered: &Answered, sender: PersonId) -> Vec<PersonId> {
    let mut audience = Vec::new();
    let mut add = |person: PersonId| {
        if person != sender && !audience.contains(&person) {
            audience.push(person);
        }
    };
    match answered {
        Answered::Comment { author, audience: addressed } => {
            add(*author);
            addressed.iter().copied().for_each(&mut add);
        }
        Answered::Task { assigner, assigner_is_employee, assignees } => {
            assigner.iter().filter(|_| *assigner_is_employee).copied().for_each(&mut add);
            assignees.iter().copied().for_each(&mut add);
        }
    }
    audience
}

/// Who of an audience may be told at all. Who is not told does not see the comment either: the audience that is kept is
/// what everybody's view is made of (CBN-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Everybody,
    /// Contacts had the mail themselves, or are to be kept apart (IN-5, NOC).
    Employees,
    /// The author does not want it (CBM-7).
    Nobody,
}

impl Told {
    /// CBN-5: `@nonotify` overrides everything, IN-5 leaves contacts out.
    pub const fn decide(is_silent: bool, settings: &IncomingSettings) -> Self {
        match (is_silent, settings.mailed_comments_notify_contacts) {
            (true, _) => Self::Nobody,
            (false, false) => Self::Employees,
            (false, true) => Self::Everybody,
        }
    }

    pub const fn includes(self, kind: PersonKind) -> bool {
        match self {
            Self::Everybody => true,
            Self::Employees => matches!(kind, PersonKind::Employee),
            Self::Nobody => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn people<const N: usize>(ids: [u128; N]) -> Vec<PersonId> {
        ids.map(|n| PersonId::new(Uuid::from_u128(n))).to_vec()
    }

    #[track_caller]
    fn check(answered: &Answered, sender: u128, expected: &[PersonId]) {
        assert_eq!(decide_audience(answered, PersonId::new(Uuid::from_u128(sender))), expected);
    }

    /// CBN-1
    #[test]
    fn an_answer_to_a_comment_goes_to_those_who_had_it_and_to_its_author() {
        let author = PersonId::new(Uuid::from_u128(1));
        let answered = Answered::Comment { author, audience: people([2, 3, 2]) };
        check(&answered, 3, &people([1, 2]));
        check(&answered, 9, &people([1, 2, 3]));
    }

    /// CBN-5, CBM-7, IN-5, NOC-1
    #[test]
    fn nobody_or_no_contact_is_told_where_that_is_wanted() {
        let on = IncomingSettings::default();
        let off = IncomingSettings { mailed_comments_notify_contacts: false, ..on.clone() };
        let told = |silent, settings| {
            let told = Told::decide(silent, settings);
            [PersonKind::Employee, PersonKind::Contact].map(|kind| told.includes(kind))
        };
        assert_eq!(told(false, &on), [true, true]);
        assert_eq!(told(false, &off), [true, false]);
        assert_eq!(told(true, &on), [false, false]);
        assert_eq!(told(true, &off), [false, false]);
    }

    /// CBN-2, CBN-3
    #[test]
    fn an_answer_to_a_task_goes_to_assigner_and_assignees() {
        let assigner = Some(PersonId::new(Uuid::from_u128(1)));
        let task = |assigner_is_employee| Answered::Task {
            assigner,
            assigner_is_employee,
            assignees: people([2, 3]),
        };
        check(&task(true), 3, &people([1, 2]));
        check(&task(false), 3, &people([2]));
    }
}
