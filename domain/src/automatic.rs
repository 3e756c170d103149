//! Mail that leaves because a mail came, and no employee had a hand in it: never so much that two robots talk all night
//! (R1).

use chrono::TimeDelta;

use crate::Timestamp;

/// Such mails to one address within [`WINDOW`]; the next ones wait.
pub const MAX_IN_WINDOW: u32 = 5;
pub const WINDOW: TimeDelta = TimeDelta::hours(1);

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

    #[test]
    fn a_quiet_address_waits_for_nothing() {
        let latest = Latest { last: minute(4), first_of_full_window: Some(minute(0)) };
        assert_eq!(decide(minute(70), Some(latest)), Departure { at: minute(70), begins_to_wait: false });
        assert_eq!(decide(minute(0), None), Departure { at: minute(0), begins_to_wait: false });
    }
}
