//! Who may be linked: what the account decides from which a link leaves, and the one where it arrives.

use std::collections::BTreeSet;

use super::state::GrantState;
use crate::named::named;

named! {
    /// Where tasks of this account may go (LINKR-1).
    pub enum Outgoing {
        Any = "any",
        /// To the accounts of the list alone; an empty list lets nothing out (LINKR-2).
        Listed = "listed",
    }
}

named! {
    /// What becomes of a request to send tasks to an employee (product §6).
    pub enum Incoming {
        Accept = "accept",
        /// He is asked.
        Approve = "approve",
        Refuse = "refuse",
    }
}

/// What an account decides about links. Only administrators change it (LINKT-4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSettings {
    pub outgoing: Outgoing,
    /// Names.
    pub outgoing_accounts: BTreeSet<String>,
    /// Names of accounts that need no consent (LINKT-1).
    pub trusted_accounts: BTreeSet<String>,
    pub incoming: Incoming,
    pub version: i64,
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self {
            outgoing: Outgoing::Any,
            outgoing_accounts: BTreeSet::new(),
            trusted_accounts: BTreeSet::new(),
            incoming: Incoming::Accept,
            version: 0,
        }
    }
}

impl LinkSettings {
    /// Whether a link to this account may be made. Those that are there stay (LINKR-5).
    pub fn may_leave_to(&self, account: &str) -> bool {
        self.outgoing == Outgoing::Any || self.outgoing_accounts.contains(account)
    }

    /// Decides on a request from this account. Whoever chose this account as his primary one has consented by that; a
    /// refusal of the account stands above everybody.
    pub fn decide(&self, account: &str, is_own_choice: bool) -> GrantState {
        match self.incoming {
            _ if self.trusted_accounts.contains(account) => GrantState::Active,
            Incoming::Refuse => GrantState::Refused,
            Incoming::Approve if !is_own_choice => GrantState::Pending,
            Incoming::Accept | Incoming::Approve => GrantState::Active,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    /// LINKR-1, LINKR-2
    #[test]
    fn an_empty_list_lets_nothing_out() {
        assert!(LinkSettings::default().may_leave_to("globex"));
        let listed = LinkSettings { outgoing: Outgoing::Listed, ..LinkSettings::default() };
        assert!(!listed.may_leave_to("globex"));
        let listed = LinkSettings { outgoing_accounts: names(&["globex"]), ..listed };
        assert!(listed.may_leave_to("globex") && !listed.may_leave_to("initech"));
    }

    /// LINKA-6, LINKT-1, S23
    #[test]
    fn a_request_is_decided_by_the_account_that_it_comes_to() {
        use GrantState::{Active, Pending, Refused};
        for (incoming, stranger, own, trusted) in [
            (Incoming::Accept, Active, Active, Active),
            (Incoming::Approve, Pending, Active, Active),
            (Incoming::Refuse, Refused, Refused, Active),
        ] {
            let settings =
                LinkSettings { incoming, trusted_accounts: names(&["friend"]), ..LinkSettings::default() };
            assert_eq!(settings.decide("stranger", false), stranger, "{incoming}");
            assert_eq!(settings.decide("stranger", true), own, "{incoming}");
            assert_eq!(settings.decide("friend", false), trusted, "{incoming}");
        }
    }
}
