//! Which of two changes wins: the same one in every account, whatever the order in which they arrive.
//!
//! Each field of a mirrored task is a register. A change carries a [`Stamp`] that is greater than every stamp of the field
//! that its maker had seen, so a change that answers another wins over it; of two that did not know of each other the
//! later by the clock wins, and of two at the same moment that of the account with the greater id.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Timestamp, id::AccountId};

/// When a field was changed: a logical clock that keeps up with the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stamp {
    /// Microseconds since 1970, or one more than what was seen.
    pub clock: i64,
    /// The account where it was changed first.
    pub account: Uuid,
}

impl Stamp {
    /// Of what has not been changed since it is there.
    pub const NEVER: Self = Self { clock: 0, account: Uuid::nil() };
    /// A clock that runs ahead by more is not believed: it would win for ever.
    const MAX_AHEAD: i64 = 24 * 60 * 60 * 1_000_000;

    /// The stamp of a change here and now.
    #[must_use]
    pub fn after(last: Option<Self>, now: Timestamp, account: AccountId) -> Self {
        let seen = last.map_or(0, |it| it.clock.saturating_add(1));
        Self { clock: now.timestamp_micros().max(seen), account: account.uuid() }
    }

    /// Whether a change with this stamp counts where the field has been changed at `last`.
    pub fn wins_over(self, last: Option<Self>) -> bool {
        last.is_none_or(|last| self > last)
    }

    /// Whether a clock can have told this.
    pub fn is_credible(self, now: Timestamp) -> bool {
        (0..=now.timestamp_micros().saturating_add(Self::MAX_AHEAD)).contains(&self.clock)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn account(n: u128) -> AccountId {
        AccountId::new(Uuid::from_u128(n))
    }

    /// R40: who answers a change wins over it, even where clocks stand still.
    #[test]
    fn a_change_that_has_seen_another_wins_over_it() {
        let now = Timestamp::from_timestamp_micros(1_000).unwrap();
        let first = Stamp::after(None, now, account(2));
        let second = Stamp::after(Some(first), now, account(1));
        assert!(second.wins_over(Some(first)) && !first.wins_over(Some(second)));
        assert!(!first.wins_over(Some(first)), "the same change again is no change");
        assert!(!Stamp { clock: i64::MAX, ..first }.is_credible(now));
    }

    proptest! {
        /// R40: whatever the order, the same change is left.
        #[test]
        fn registers_converge(clocks in prop::collection::vec((0i64..4, 0u128..3), 1..8), seed in any::<u64>()) {
            let stamps: Vec<Stamp> =
                clocks.iter().map(|(clock, n)| Stamp { clock: *clock, account: Uuid::from_u128(*n) }).collect();
            let settle = |order: &[Stamp]| {
                order.iter().fold(None, |last, it| if it.wins_over(last) { Some(*it) } else { last })
            };
            let mut shuffled = stamps.clone();
            let n = shuffled.len();
            for i in 0..n {
                let j = usize::try_from(seed % (i as u64 + 1)).unwrap();
                shuffled.swap(i, j);
            }
            prop_assert_eq!(settle(&stamps), settle(&shuffled));
        }
    }
}
