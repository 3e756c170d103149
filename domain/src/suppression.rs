//! Addresses that no mail leaves to, and for how long.

use chrono::TimeDelta;

use crate::{Timestamp, named::named};

named! {
    /// Why an address is suppressed.
    pub enum SuppressionCause {
        /// A server said that the address takes no mail (R4).
        HardBounce = "hard_bounce",
        /// Its owner said that mail of ours is unwanted (R37).
        Complaint = "complaint",
        /// Its owner ended automatic mail by the link in one (RFC 8058); what people write to him leaves all the same.
        Unsubscribed = "unsubscribed",
        /// Somebody asked for it.
        ByHand = "by_hand",
    }
}

impl SuppressionCause {
    /// How long it lasts where nobody says so; none for good. An address that was wrong for a month may be somebody's
    /// again; who complained stays in peace until a person decides otherwise.
    pub const fn lasts(self) -> Option<TimeDelta> {
        match self {
            Self::HardBounce => Some(TimeDelta::days(30)),
            Self::Complaint | Self::Unsubscribed | Self::ByHand => None,
        }
    }
}

impl SuppressionCause {
    /// Whether it stops only mail that no person wrote (R37).
    pub const fn is_of_automatic_only(self) -> bool {
        matches!(self, Self::Unsubscribed)
    }
}

/// Whether what a report asks for goes beyond the suppression in force until `current`: reports never shorten one. No
/// time means for good.
pub fn outlasts(new: Option<Timestamp>, current: Option<Timestamp>) -> bool {
    match (new, current) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(new), Some(current)) => new > current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_never_shortens_a_suppression() {
        let [early, late] = [1, 2].map(Timestamp::from_timestamp_micros);
        for (new, current, expected) in [
            (late, early, true),
            (early, late, false),
            (early, early, false),
            (None, early, true),
            (early, None, false),
            (None, None, false),
        ] {
            assert_eq!(outlasts(new, current), expected, "{new:?} {current:?}");
        }
    }
}
