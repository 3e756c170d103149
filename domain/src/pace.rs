//! How fast mail may leave to one address: what is too much waits, and nothing is dropped.

use chrono::TimeDelta;

use crate::Timestamp;

/// At most so many mails to one address within any such time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// At least 1.
    pub max: u32,
    pub window: TimeDelta,
}

impl Pace {
    /// Of mail that leaves because a mail came, and no employee had a hand in it: never so much that two robots talk all
    /// night (R1).
    pub const AUTOMATIC: Self = Self { max: 5, window: TimeDelta::hours(1) };

    /// Of all mail to one recipient (OUT-15).
    pub const fn of_recipient(max: u32) -> Self {
        Self { max, window: TimeDelta::minutes(10) }
    }

    /// Decides when the next mail may leave.
    pub fn decide(self, now: Timestamp, latest: Option<Latest>) -> Departure {
        let earliest = latest.and_then(|it| it.first_of_full_window).map(|it| it + self.window);
        let at = earliest.map_or(now, |it| it.max(now));
        Departure { at, begins_to_wait: at > now && latest.is_some_and(|it| it.last <= now) }
    }
}

/// The latest mails to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    /// When the last one left or will leave.
    pub last: Timestamp,
    /// The same of the last but [`Pace::max`] minus one; none where there were fewer.
    pub first_of_full_window: Option<Timestamp>,
}

/// When the next one may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    pub at: Timestamp,
    /// It has to wait, and nothing to the address has waited so far: somebody should look.
    pub begins_to_wait: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(n: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::minutes(n)
    }

    /// R1, OUT-15: however many come.
    #[track_caller]
    fn check(pace: Pace, per_minute: i64) {
        let mut left: Vec<Timestamp> = Vec::new();
        let (mut notices, max) = (0, pace.max as usize);
        for n in 0..400 {
            let full = left.len().checked_sub(max).map(|it| left[it]);
            let latest = left.last().map(|last| Latest { last: *last, first_of_full_window: full });
            let departure = pace.decide(minute(n / per_minute), latest);
            notices += u32::from(departure.begins_to_wait);
            left.push(departure.at);
        }
        assert!(left.windows(max + 1).all(|it| it[max] - it[0] >= pace.window), "{left:?}");
        assert!(left.is_sorted());
        assert_eq!(notices, 1);
    }

    #[test]
    fn no_window_has_more_than_it_may() {
        check(Pace::AUTOMATIC, 1);
        check(Pace::of_recipient(50), 20);
    }

    #[test]
    fn a_quiet_address_waits_for_nothing() {
        let latest = Latest { last: minute(4), first_of_full_window: Some(minute(0)) };
        let at_once = |n| Departure { at: minute(n), begins_to_wait: false };
        assert_eq!(Pace::AUTOMATIC.decide(minute(70), Some(latest)), at_once(70));
        assert_eq!(Pace::AUTOMATIC.decide(minute(0), None), at_once(0));
    }
}
