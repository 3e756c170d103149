//! Answers to mail that began a task: never so many that anybody can have us flood somebody (S3).

use chrono::TimeDelta;

use crate::{mail_address::EmailAddress, named::named};

pub const WINDOW: TimeDelta = TimeDelta::hours(1);
/// Answers to mails that began tasks within [`WINDOW`]; the next ones don't leave (S3).
pub const MAX_ANSWERS_TO_ADDRESS: usize = 1;
pub const MAX_ANSWERS_TO_DOMAIN: usize = 50;
pub const MAX_ANSWERS_OF_ACCOUNT: usize = 200;

named! {
    /// What got enough answers.
    pub enum AnswerCap {
        Address = "address",
        Domain = "domain",
        Account = "account",
        /// All accounts together, as the operator set it.
        Server = "server",
    }
}

/// Decides whether an answer to `address` is one too many; `latest` are the keys of the addresses that were answered within
/// the window.
pub fn exceeded(address: &EmailAddress, latest: &[String]) -> Option<AnswerCap> {
    let domain_of = |key: &str| key.rsplit_once('@').map(|(_, domain)| domain.to_owned());
    let key = address.key();
    let (domain, own) = (domain_of(&key), latest.iter().filter(|it| **it == key).count());
    let of_domain = latest.iter().filter(|it| domain_of(it) == domain).count();
    match () {
        () if own >= MAX_ANSWERS_TO_ADDRESS => Some(AnswerCap::Address),
        () if of_domain >= MAX_ANSWERS_TO_DOMAIN => Some(AnswerCap::Domain),
        () if latest.len() >= MAX_ANSWERS_OF_ACCOUNT => Some(AnswerCap::Account),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S3
    #[test]
    fn an_address_a_domain_and_an_account_have_their_caps() {
        let ivan = EmailAddress::parse("Ivan@client.example").unwrap();
        let to = |n: usize, domain: &str| (0..n).map(|n| format!("p{n}@{domain}")).collect::<Vec<_>>();
        let own = vec!["ivan@client.example".to_owned()];
        for (latest, cap) in [
            (vec![], None),
            (own, Some(AnswerCap::Address)),
            (to(49, "client.example"), None),
            (to(50, "client.example"), Some(AnswerCap::Domain)),
            (to(199, "other.example"), None),
            (to(200, "other.example"), Some(AnswerCap::Account)),
        ] {
            assert_eq!(exceeded(&ivan, &latest), cap, "after {}", latest.len());
        }
    }
}
