//! Who takes part in a task because a mail named him as a receiver (TBM-8, TBM-9).

use std::collections::HashSet;

use super::verdict::is_robot;
use crate::mail_address::EmailAddress;

/// More receivers in one field are a mass mailing (TBM-8).
pub const MAX_RECEIVERS: usize = 20;

/// Somebody whom To or Cc names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    pub name: Option<String>,
    pub address: EmailAddress,
}

/// The receivers of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receivers {
    pub to: Vec<Receiver>,
    pub cc: Vec<Receiver>,
    /// The addresses that brought the mail here.
    pub envelope: Vec<EmailAddress>,
}

/// Who joins the task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joining {
    /// Each address once.
    These(Vec<Receiver>),
    /// A mass mailing: nobody.
    TooMany,
}

/// Decides who takes part: those in To and Cc, without our own addresses and mail servers'. Where none of the addresses
/// that brought the mail stands there, it was passed on or we are in Bcc: then To holds who passed it on, and counts only
/// where the account wants it (`add_original_recipients`, IN-6).
pub fn decide_joining(receivers: &Receivers, own_domain: &str, add_original_recipients: bool) -> Joining {
    let Receivers { to, cc, envelope } = receivers;
    if to.len() > MAX_RECEIVERS || cc.len() > MAX_RECEIVERS {
        return Joining::TooMany;
    }
    let envelope: HashSet<String> = envelope.iter().map(EmailAddress::key).collect();
    let is_named = to.iter().chain(cc).any(|it| envelope.contains(&it.address.key()));
    let to = if is_named || add_original_recipients { to.as_slice() } else { &[] };
    let mut seen = HashSet::new();
    let others = to.iter().chain(cc).filter(|it| {
        let key = it.address.key();
        let is_ours = it.address.domain() == own_domain || envelope.contains(&key);
        !is_ours && !is_robot(it.address.local_part()) && seen.insert(key)
    });
    Joining::These(others.cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(addresses: &str) -> Vec<Receiver> {
        let read = |it: &str| Receiver { name: None, address: EmailAddress::parse(it).unwrap() };
        addresses.split_whitespace().map(read).collect()
    }

    fn receivers(to: &str, cc: &str) -> Receivers {
        let envelope = vec![EmailAddress::parse("Anna@acme.liaison.test").unwrap()];
        Receivers { to: list(to), cc: list(cc), envelope }
    }

    #[track_caller]
    fn check(to: &str, cc: &str, add_original_recipients: bool, expected: &str) {
        let joining = decide_joining(&receivers(to, cc), "acme.liaison.test", add_original_recipients);
        assert_eq!(joining, Joining::These(list(expected)), "To: {to} Cc: {cc}");
    }

    /// TBM-8
    #[test]
    fn other_receivers_join_once_and_our_own_addresses_do_not() {
        check(
            "anna@acme.liaison.test petr@c.example",
            "olga@c.example PETR@c.example",
            false,
            "petr@c.example olga@c.example",
        );
        check("petr@c.example", "anna@acme.liaison.test", false, "petr@c.example");
        check("anna@acme.liaison.test", "task+7@acme.liaison.test mailer-daemon@c.example", false, "");
    }

    /// TBM-9
    #[test]
    fn who_passed_a_mail_on_joins_where_the_account_wants_it() {
        check("sales@acme.example", "olga@c.example", false, "olga@c.example");
        check("sales@acme.example", "olga@c.example", true, "sales@acme.example olga@c.example");
    }

    /// TBM-8
    #[test]
    fn a_mass_mailing_brings_nobody() {
        let many = |n: usize| (0..n).map(|i| format!("p{i}@c.example ")).collect::<Vec<_>>().concat();
        let joining = |to: &str, cc: &str| decide_joining(&receivers(to, cc), "acme.liaison.test", true);
        assert_eq!(joining("anna@acme.liaison.test petr@c.example", &many(21)), Joining::TooMany);
        assert_eq!(joining(&many(21), ""), Joining::TooMany);
        assert!(matches!(joining("anna@acme.liaison.test", &many(20)), Joining::These(it) if it.len() == 20));
    }
}
