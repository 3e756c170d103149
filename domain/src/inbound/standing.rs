//! What administrators said about a sender, and what follows for his mail (SPM-1 … SPM-3).

use super::verdict::{Cause, Sender};
use crate::named::named;

named! {
    /// What was said about an address that mail comes from.
    pub enum SenderStanding {
        /// His mail is rejected.
        Blocked = "blocked",
        /// He is known, whatever the account thinks of people it doesn't know (IN-1).
        Trusted = "trusted",
    }
}

/// What is known of a sender beside who he is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reputation {
    /// What was said about the address in From.
    pub standing: Option<SenderStanding>,
    /// The contact is marked as a spammer (SPM-1).
    pub is_spammer: bool,
}

impl Reputation {
    /// Why the mail is rejected, if it is. Employees are not judged by this: for them only a proof counts (S1).
    pub fn refusal(self, sender: Sender) -> Option<Cause> {
        if matches!(sender, Sender::Employee { .. }) {
            return None;
        }
        match self.standing {
            Some(SenderStanding::Blocked) => Some(Cause::BlockedSender),
            _ => self.is_spammer.then_some(Cause::Spam),
        }
    }

    pub fn is_trusted(self) -> bool {
        self.standing == Some(SenderStanding::Trusted)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{account::EmployeeStatus, id::PersonId};

    /// SPM-2, S1
    #[test]
    fn a_spammer_is_not_heard_and_an_employee_is_judged_by_proof_alone() {
        let id = PersonId::new(Uuid::nil());
        let employee = Sender::Employee { id, status: EmployeeStatus::Active };
        let blocked = Reputation { standing: Some(SenderStanding::Blocked), is_spammer: false };
        let spammer = Reputation { is_spammer: true, ..Reputation::default() };
        for sender in [Sender::Contact { id }, Sender::Stranger, Sender::Robot] {
            assert_eq!(blocked.refusal(sender), Some(Cause::BlockedSender));
            assert_eq!(spammer.refusal(sender), Some(Cause::Spam));
            assert_eq!(Reputation::default().refusal(sender), None);
        }
        assert_eq!((blocked.refusal(employee), spammer.refusal(employee)), (None, None));
    }
}
