//! Whether an employee named in From may be believed (product §5, S1, S4).
//!
//! From is what anybody types. It counts as an employee's only where the mail came from a trusted hop: a host of ours
//! handed it over, and that host's own Received line — the topmost, the only one that nobody else could write — says
//! that its client signed in, or is a host of ours itself.

use std::net::IpAddr;

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

/// Who handed the mail over, and what he says of whom he had it from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandOver {
    /// None where it was handed over on this machine without a network.
    pub peer: Option<IpAddr>,
    /// The client of the peer, where the peer named it on handing over.
    pub client: Option<IpAddr>,
    /// The topmost Received line: every address that its `from` part names, the forgeable ones too.
    pub received_from: Vec<IpAddr>,
    /// Its `with` part, such as `ESMTPSA` (RFC 3848).
    pub received_with: Option<String>,
}

/// What is known of the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authenticity {
    /// The client signed in at a trusted hop.
    SignedIn,
    /// The client of a trusted hop is one itself.
    OwnNetwork,
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

/// Decides by the policy; `is_ours` tells the networks of `mail.trusted_hops`.
pub fn decide(policy: Policy, hand_over: &HandOver, is_ours: impl Fn(IpAddr) -> bool) -> Authenticity {
    if policy == Policy::Off {
        return Authenticity::NotChecked;
    }
    if hand_over.peer.is_none_or(&is_ours) {
        if hand_over.received_with.as_deref().is_some_and(is_signed_in) {
            return Authenticity::SignedIn;
        }
        // The greeting's name may be an address in brackets too, so one foreign address is enough to doubt.
        let clients = hand_over.client.iter().chain(&hand_over.received_from);
        if !hand_over.received_from.is_empty() && clients.copied().all(&is_ours) {
            return Authenticity::OwnNetwork;
        }
    }
    if policy == Policy::Enforce { Authenticity::Refused } else { Authenticity::Unproven }
}

/// The protocols with `A` for authentication (RFC 3848, RFC 6531 §4.3).
fn is_signed_in(protocol: &str) -> bool {
    ["ESMTPA", "ESMTPSA", "LMTPA", "LMTPSA", "UTF8SMTPA", "UTF8SMTPSA", "UTF8LMTPA", "UTF8LMTPSA"]
        .iter()
        .any(|it| protocol.eq_ignore_ascii_case(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours(address: IpAddr) -> bool {
        address.is_loopback()
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn hand_over(peer: &str, from: &[&str], with: &str) -> HandOver {
        HandOver {
            peer: Some(address(peer)),
            client: None,
            received_from: from.iter().map(|it| address(it)).collect(),
            received_with: Some(with.to_owned()),
        }
    }

    #[track_caller]
    fn check(hand_over: &HandOver, expected: Authenticity) {
        assert_eq!(decide(Policy::Enforce, hand_over, is_ours), expected, "{hand_over:?}");
    }

    /// S1
    #[test]
    fn an_employee_is_believed_from_a_trusted_hop_only() {
        check(&hand_over("127.0.0.1", &["192.0.2.7"], "ESMTPSA"), Authenticity::SignedIn);
        check(&hand_over("127.0.0.1", &["127.0.0.1"], "ESMTP"), Authenticity::OwnNetwork);
        check(&hand_over("127.0.0.1", &["192.0.2.7"], "ESMTPS"), Authenticity::Refused);
        check(&hand_over("192.0.2.7", &["127.0.0.1"], "ESMTPSA"), Authenticity::Refused);
        check(&hand_over("127.0.0.1", &[], "ESMTP"), Authenticity::Refused);
        check(&HandOver::default(), Authenticity::Refused);
    }

    /// S4: a greeting may name any address, and the hop's own word of its client counts.
    #[test]
    fn one_foreign_address_is_enough_to_doubt() {
        check(&hand_over("127.0.0.1", &["127.0.0.1", "192.0.2.7"], "SMTP"), Authenticity::Refused);
        let client = Some(address("192.0.2.7"));
        let forged = HandOver { client, ..hand_over("127.0.0.1", &["127.0.0.1"], "SMTP") };
        check(&forged, Authenticity::Refused);
    }

    #[test]
    fn the_policy_decides_what_follows_from_a_lack_of_proof() {
        let unproven = hand_over("127.0.0.1", &["192.0.2.7"], "ESMTP");
        for (policy, expected) in [
            (Policy::Enforce, Authenticity::Refused),
            (Policy::Report, Authenticity::Unproven),
            (Policy::Off, Authenticity::NotChecked),
        ] {
            assert_eq!(decide(policy, &unproven, is_ours), expected);
            assert_eq!(expected.is_believed(), policy != Policy::Enforce);
        }
    }
}
