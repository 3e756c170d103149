//! The jobs of a site's database, looked at beside the server.

use std::time::{Duration, Instant};

use liaison_domain::job::JobState;
use liaison_persistence::{
    database::{Database, Settings, Synchronous},
    job,
};
use support::process::{Site, wait_until};
use tokio::runtime::Runtime;

pub(super) struct Jobs {
    runtime: Runtime,
    database: Database,
}

impl Jobs {
    pub(super) fn open(site: &Site) -> Self {
        let (_, url) = site.environment().find(|(key, _)| *key == "LIAISON_DATABASE__URL").unwrap();
        let settings = Settings { url: url.to_owned(), max_connections: 1, synchronous: Synchronous::Full };
        let runtime = Runtime::new().unwrap();
        let database = runtime.block_on(Database::open(&settings)).unwrap();
        Self { runtime, database }
    }

    /// Waits until nothing is left to be done.
    pub(super) fn wait_for_the_end(&self) -> Duration {
        let started = Instant::now();
        wait_until(|| (self.left() == 0).then_some(()));
        started.elapsed()
    }

    fn left(&self) -> i64 {
        self.runtime.block_on(async {
            let mut tx = self.database.read().await.unwrap();
            let mut left = 0;
            for state in [JobState::Ready, JobState::Leased] {
                left += job::count(&mut tx, state).await.unwrap();
            }
            left
        })
    }
}
