//! Mail that leaves because a mail came, and no employee had a hand in it: never so much that two robots talk all night
//! (R1).

use chrono::TimeDelta;

use crate::{Timestamp, mail_address::EmailAddress, named::named};

/// Such mails to one address within [`WINDOW`]; the next ones wait.
pub const MAX_IN_WINDOW: u32 = 5;
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

/// The latest such mails to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    /// When the last one left or will leave.
    pub last: Timestamp,
    /// The same of the last but [`MAX_IN_WINDOW`] minus one; none where there were fewer.
    pub first_of_full_window: Option<Timestamp>,
}

/// When the next one may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    pub at: Timestamp,
    /// It has to wait, and nothing to the address has waited so far: somebody should look.
    pub begins_to_wait: bool,
}

/// Decides when an automatic mail may leave. It is held and not dropped, since people write mail as well.
pub fn decide(now: Timestamp, latest: Option<Latest>) -> Departure {
    let earliest = latest.and_then(|it| it.first_of_full_window).map(|it| it + WINDOW);
    let at = earliest.map_or(now, |it| it.max(now));
    Departure { at, begins_to_wait: at > now && latest.is_some_and(|it| it.last <= now) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(n: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::minutes(n)
    }

    /// R1: at most five in any hour, however many come.
    #[test]
    fn no_hour_has_more_than_five() {
        let mut left: Vec<Timestamp> = Vec::new();
        let mut notices = 0;
        for n in 0..40 {
            let full = left.len().checked_sub(5).map(|it| left[it]);
            let latest = left.last().map(|last| Latest { last: *last, first_of_full_window: full });
            let departure = decide(minute(n), latest);
            notices += u32::from(departure.begins_to_wait);
            left.push(departure.at);
        }
        assert!(left.windows(6).all(|it| it[5] - it[0] >= WINDOW), "{left:?}");
        assert!(left.is_sorted());
        assert_eq!((left[4], left[5], notices), (minute(4), minute(60), 1));
    }

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

    #[test]
    fn a_quiet_address_waits_for_nothing() {
        let latest = Latest { last: minute(4), first_of_full_window: Some(minute(0)) };
        assert_eq!(decide(minute(70), Some(latest)), Departure { at: minute(70), begins_to_wait: false });
        assert_eq!(decide(minute(0), None), Departure { at: minute(0), begins_to_wait: false });
    }
}
