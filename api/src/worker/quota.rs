//! How much each key may have in hand at once.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Semaphore;

/// A semaphore for each key that has something in hand.
#[derive(Debug)]
pub(super) struct Quota<K>(Mutex<HashMap<K, Arc<Semaphore>>>);

impl<K> Default for Quota<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Quota<K> {
    /// The key's semaphore; with `limit` permits where it has nothing in hand. Keys that have nothing in hand are
    /// forgotten.
    pub(super) fn of(&self, key: K, limit: usize) -> Arc<Semaphore> {
        let mut in_hand = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A permit holds its semaphore, so nobody but the map holds one that is idle.
        in_hand.retain(|_, it| Arc::strong_count(it) > 1);
        in_hand.entry(key).or_insert_with(|| Arc::new(Semaphore::new(limit))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_limit_and_an_idle_one_costs_nothing() {
        let quota = Quota::default();
        let first = quota.of("a", 2).try_acquire_many_owned(2).unwrap();
        assert_eq!(quota.of("a", 2).available_permits(), 0);
        assert_eq!(quota.of("b", 2).available_permits(), 2);
        drop(first);
        assert_eq!(quota.of("a", 2).available_permits(), 2);
        assert_eq!(quota.0.lock().unwrap().len(), 1);
    }
}
