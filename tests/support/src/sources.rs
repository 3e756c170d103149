//! The time, the ids and the secrets of a test: the same in every run.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use chrono::TimeDelta;
use liaison_api::env::{Clock, Env, HashCost, IdSource, SecretSource};
use liaison_domain::Timestamp;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use uuid::{Builder, Uuid};

/// A clock that starts at 2030-01-01T00:00:00Z and moves only when it is told to.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new("2030-01-01T00:00:00Z".parse().unwrap())))
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// The sources of an application under test.
pub(crate) fn env(clock: TestClock) -> Env {
    Env {
        ids: Arc::new(CountedIds { clock: clock.clone(), count: AtomicU64::new(0) }),
        secrets: Arc::new(SeededSecrets(Mutex::new(StdRng::seed_from_u64(0)))),
        clock: Arc::new(clock),
        // The least there is: passwords of tests protect nothing.
        hash_cost: HashCost { memory_kib: 8, passes: 1 },
    }
}

/// Ids of version 7 from the test's clock and a counter.
struct CountedIds {
    clock: TestClock,
    count: AtomicU64,
}

impl IdSource for CountedIds {
    fn next(&self) -> Uuid {
        let millis = self.clock.now().timestamp_millis().try_into().unwrap();
        let mut tail = [0; 10];
        tail[2..].copy_from_slice(&self.count.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }
}

struct SeededSecrets(Mutex<StdRng>);

impl SecretSource for SeededSecrets {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}
