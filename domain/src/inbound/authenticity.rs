//! Whether From may be believed (product §5, S1).
//!
//! From is what anybody types. It counts as an employee's only where the domain of From vouches for the mail, by itself or
//! by a forwarder that is trusted, or where the mail came from a trusted hop: a server of ours handed it over, and says
//! that its client signed in or is a server of ours itself. A contact's From is taken as written, unless its own domain disowns the mail.

use std::time::Duration;

use crate::named::named;

/// What is done about a From that nothing proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It is not believed.
    Enforce,
    /// It is believed, and the lack of proof is noted.
    Report,
    /// It is believed, and nobody looks.
    Off,
}

/// What was found out about From.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A trusted hop knows its client.
    TrustedHop,
    /// The domain of From vouches for the mail: DMARC passes.
    Aligned,
    /// A trusted forwarder vouches for the mail: DMARC passed when he had it, and he has sealed it (RFC 8617).
    Sealed,
    /// The domain of From disowns the mail: DMARC fails, and such mail is to be quarantined or rejected.
    Disowned,
    /// The DNS gave no answer now.
    Unanswered,
    /// Nothing speaks for it or against it.
    Nothing,
}

named! {
    /// What follows for From.
    pub enum Authenticity {
        /// Proven, or taken as written.
        Believed = "believed",
        /// Not proven; believed because the policy says so.
        Unproven = "unproven",
        /// Not believed.
        Refused = "refused",
        /// To be looked at once more, when the DNS may answer.
        Postponed = "postponed",
    }
}

/// How long the DNS has to answer, from the receipt of the mail on; then it is decided without.
const PATIENCE: Duration = Duration::from_mins(10);
/// The first wait.
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// Decides about a mail whose From is an employee.
pub fn decide_employee(policy: Policy, evidence: Evidence, age: Duration) -> Authenticity {
    match (policy, evidence) {
        (Policy::Off, _) | (_, Evidence::TrustedHop | Evidence::Aligned | Evidence::Sealed) => {
            Authenticity::Believed
        }
        (Policy::Report, _) => Authenticity::Unproven,
        (Policy::Enforce, Evidence::Unanswered) if age < PATIENCE => Authenticity::Postponed,
        (Policy::Enforce, _) => Authenticity::Refused,
    }
}

/// Decides about a mail whose From is a contact: what his own domain says is not its mail is not taken for his.
pub const fn decide_contact(policy: Policy, evidence: Evidence) -> Authenticity {
    match (policy, evidence) {
        (Policy::Enforce, Evidence::Disowned) => Authenticity::Refused,
        (Policy::Report, Evidence::Disowned) => Authenticity::Unproven,
        _ => Authenticity::Believed,
    }
}

/// Decides whether a mail may be answered by ourselves: where From is what its own domain or a trusted server vouches for
/// (S3), or where the policy asks for no proof.
pub const fn may_be_answered(policy: Policy, evidence: Evidence) -> bool {
    match evidence {
        Evidence::TrustedHop | Evidence::Aligned | Evidence::Sealed => true,
        Evidence::Disowned => matches!(policy, Policy::Off),
        Evidence::Unanswered | Evidence::Nothing => matches!(policy, Policy::Report | Policy::Off),
    }
}

/// How long to wait before a mail of this age is looked at again: each wait as long as all before it.
pub fn wait_at(age: Duration) -> Duration {
    age.max(FIRST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(policy: Policy, evidence: Evidence, employee: Authenticity, contact: Authenticity) {
        let decided = (decide_employee(policy, evidence, PATIENCE), decide_contact(policy, evidence));
        assert_eq!(decided, (employee, contact), "{policy:?} {evidence:?}");
    }

    /// S1: an employee needs a proof, a contact's word is taken unless his own domain denies it.
    #[test]
    fn from_is_believed_by_proof_or_by_policy() {
        use Authenticity::{Believed, Refused, Unproven};
        use Evidence::{Aligned, Disowned, Nothing, Sealed, TrustedHop, Unanswered};
        for policy in [Policy::Enforce, Policy::Report, Policy::Off] {
            for evidence in [TrustedHop, Aligned, Sealed] {
                check(policy, evidence, Believed, Believed);
            }
        }
        check(Policy::Enforce, Disowned, Refused, Refused);
        check(Policy::Enforce, Nothing, Refused, Believed);
        check(Policy::Enforce, Unanswered, Refused, Believed);
        check(Policy::Report, Disowned, Unproven, Unproven);
        check(Policy::Report, Nothing, Unproven, Believed);
        check(Policy::Report, Unanswered, Unproven, Believed);
        for evidence in [Disowned, Nothing, Unanswered] {
            check(Policy::Off, evidence, Believed, Believed);
        }
    }

    /// A DNS that is down for a moment makes no forger of an employee.
    #[test]
    fn an_employee_waits_for_the_dns_ten_minutes_at_most() {
        let mut age = Duration::ZERO;
        let mut looks = 1;
        while decide_employee(Policy::Enforce, Evidence::Unanswered, age) == Authenticity::Postponed {
            age += wait_at(age);
            looks += 1;
        }
        assert_eq!((looks, age.as_secs()), (9, 640));
    }
}
