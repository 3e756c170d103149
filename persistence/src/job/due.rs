//! What commits of this program have left to be done, so that nobody has to ask the database for it.
//!
//! It is only the quick way: what another node or a program before this one left, or what comes due later, is found by
//! [`super::list_due_lanes`].

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use liaison_domain::job::JobKind;
use tokio::sync::Notify;

use super::Lane;

/// Lanes that have got work, each once, until somebody takes them.
#[derive(Debug, Default)]
pub struct Due {
    lanes: Mutex<BTreeSet<Lane>>,
    bell: Notify,
}

impl Due {
    pub fn add(&self, lanes: impl IntoIterator<Item = Lane>) {
        let mut lanes = lanes.into_iter().peekable();
        if lanes.peek().is_some() {
            self.lanes().extend(lanes);
            self.bell.notify_waiters();
        }
    }

    /// Waits until there are lanes of these kinds, and takes them. Whoever stops waiting takes none.
    pub async fn take(&self, kinds: &[JobKind]) -> BTreeSet<Lane> {
        loop {
            // Listened for before looking, so that nothing is missed in between.
            let rung = self.bell.notified();
            let taken = self.take_now(kinds);
            if !taken.is_empty() {
                return taken;
            }
            rung.await;
        }
    }

    fn take_now(&self, kinds: &[JobKind]) -> BTreeSet<Lane> {
        self.lanes().extract_if(.., |it| kinds.contains(&it.kind)).collect()
    }

    fn lanes(&self) -> MutexGuard<'_, BTreeSet<Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use liaison_domain::id::AccountId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_lane_is_taken_once_by_whoever_does_its_kind() {
        let lane = |kind| Lane { account_id: AccountId::new(Uuid::nil()), kind };
        let (mail, link) = (lane(JobKind::SendMail), lane(JobKind::RelayLink));
        let due = Due::default();
        due.add([mail, link]);
        due.add([mail]);
        assert_eq!(due.take_now(&[JobKind::SendMail]), [mail].into());
        assert_eq!(due.take_now(&[JobKind::SendMail]), [].into());
        assert_eq!(due.take_now(&[JobKind::SendMail, JobKind::RelayLink]), [link].into());
    }
}
