//! Whether an employee named in From may be believed (product §5, S1).
//!
//! From is what anybody types. It counts as an employee's only where the mail came from a trusted hop: a server of ours
//! handed it over, and says that its client signed in or is a server of ours itself.

/// What is done where nothing proves an employee's From.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// He is not believed.
    Enforce,
    /// He is believed, and the lack of proof is noted.
    Report,
    /// He is believed, and nobody looks.
    Off,
}

/// What is known of the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authenticity {
    /// A trusted hop knows its client.
    TrustedHop,
    /// Nothing proves him; believed because the policy says so.
    Unproven,
    /// Nothing proves him, and he is not believed.
    Refused,
    /// Believed without a look.
    NotChecked,
}

impl Authenticity {
    pub const fn is_believed(self) -> bool {
        !matches!(self, Self::Refused)
    }
}

pub const fn decide(policy: Policy, is_from_trusted_hop: bool) -> Authenticity {
    match (policy, is_from_trusted_hop) {
        (Policy::Off, _) => Authenticity::NotChecked,
        (_, true) => Authenticity::TrustedHop,
        (Policy::Report, false) => Authenticity::Unproven,
        (Policy::Enforce, false) => Authenticity::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(policy: Policy, is_from_trusted_hop: bool, expected: Authenticity, is_believed: bool) {
        let decided = decide(policy, is_from_trusted_hop);
        assert_eq!((decided, decided.is_believed()), (expected, is_believed));
    }

    /// S1
    #[test]
    fn an_employee_is_believed_by_proof_or_by_policy() {
        check(Policy::Enforce, true, Authenticity::TrustedHop, true);
        check(Policy::Enforce, false, Authenticity::Refused, false);
        check(Policy::Report, true, Authenticity::TrustedHop, true);
        check(Policy::Report, false, Authenticity::Unproven, true);
        check(Policy::Off, false, Authenticity::NotChecked, true);
    }
}
