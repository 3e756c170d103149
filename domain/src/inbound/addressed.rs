//! Which of our addresses a mail was sent to, and who gets the task where it begins one (TBM-6, TBM-7, TBM-10).

use crate::id::{PersonId, ProjectId};

/// What one of our addresses was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnAddress {
    /// An employee's, or a virtual one, with those who get its tasks.
    Mailbox { assignees: Vec<PersonId> },
    /// A project's.
    Project(ProjectId),
    /// `task+`: where the subject names no task, a new one for nobody (CBM-6).
    AnyTask,
    /// Of a message or task: takes answers only.
    Conversation,
    /// Nobody reads what is sent there.
    Nobody,
}

/// What the addresses of a mail take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// New tasks too.
    Tasks,
    /// Answers only.
    Answers,
    Nothing,
}

/// Whom a mail is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressed {
    pub takes: Takes,
    /// The owners of all addresses, each once: one mail is one task (TBM-7).
    pub assignees: Vec<PersonId>,
    /// Of several projects the first.
    pub project: Option<ProjectId>,
}

/// Decides by the addresses of the envelope, which brought the mail. Other addresses of ours in To and Cc have the same
/// mail on its way to them, so their owners are in from the beginning.
pub fn decide_addressed(envelope: &[OwnAddress], written: &[OwnAddress]) -> Addressed {
    let takes = envelope.iter().map(OwnAddress::takes).fold(Takes::Nothing, Takes::or);
    let mut addressed = Addressed { takes, assignees: Vec::new(), project: None };
    for address in envelope.iter().chain(written) {
        match address {
            OwnAddress::Mailbox { assignees } => {
                for person in assignees {
                    if !addressed.assignees.contains(person) {
                        addressed.assignees.push(*person);
                    }
                }
            }
            OwnAddress::Project(project) => {
                addressed.project.get_or_insert(*project);
            }
            OwnAddress::AnyTask | OwnAddress::Conversation | OwnAddress::Nobody => {}
        }
    }
    addressed
}

impl OwnAddress {
    const fn takes(&self) -> Takes {
        match self {
            Self::Mailbox { .. } | Self::Project(_) | Self::AnyTask => Takes::Tasks,
            Self::Conversation => Takes::Answers,
            Self::Nobody => Takes::Nothing,
        }
    }
}

impl Takes {
    const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Tasks, _) | (_, Self::Tasks) => Self::Tasks,
            (Self::Answers, _) | (_, Self::Answers) => Self::Answers,
            (Self::Nothing, Self::Nothing) => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn person(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn mailbox<const N: usize>(people: [u128; N]) -> OwnAddress {
        OwnAddress::Mailbox { assignees: people.map(person).to_vec() }
    }

    fn project(n: u128) -> OwnAddress {
        OwnAddress::Project(ProjectId::new(Uuid::from_u128(n)))
    }

    #[track_caller]
    fn check(envelope: &[OwnAddress], written: &[OwnAddress], takes: Takes, assignees: &[u128]) {
        let addressed = decide_addressed(envelope, written);
        assert_eq!(addressed.takes, takes);
        assert_eq!(addressed.assignees, assignees.iter().copied().map(person).collect::<Vec<_>>());
    }

    /// TBM-1, TBM-7, TBM-10
    #[test]
    fn every_owner_gets_the_task_once() {
        check(&[mailbox([1])], &[], Takes::Tasks, &[1]);
        check(&[mailbox([1]), mailbox([2, 1])], &[mailbox([3]), mailbox([1])], Takes::Tasks, &[1, 2, 3]);
        check(&[mailbox([])], &[], Takes::Tasks, &[]);
        check(&[OwnAddress::AnyTask], &[], Takes::Tasks, &[]);
    }

    /// TBM-6
    #[test]
    fn of_several_projects_the_first_counts() {
        let addressed = decide_addressed(&[mailbox([1]), project(7)], &[project(8)]);
        assert_eq!(addressed.project, Some(ProjectId::new(Uuid::from_u128(7))));
        assert_eq!(addressed.assignees, [person(1)]);
    }

    /// ADR-4: what nobody reads takes nothing, whoever else is written to.
    #[test]
    fn only_the_envelope_decides_what_is_taken() {
        check(&[OwnAddress::Nobody], &[mailbox([1])], Takes::Nothing, &[1]);
        check(&[OwnAddress::Nobody, OwnAddress::Conversation], &[], Takes::Answers, &[]);
        check(&[OwnAddress::Conversation, mailbox([1])], &[], Takes::Tasks, &[1]);
    }
}
