//! Where time, ids and secrets come from. Nobody else asks the system for them, so tests own all three.

use std::{fmt, sync::Arc};

use chrono::SubsecRound as _;
use liaison_domain::Timestamp;
use uuid::Uuid;

/// The three sources, cheap to clone.
#[derive(Clone)]
pub struct Env {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
    pub secrets: Arc<dyn SecretSource>,
}

impl Env {
    /// The running system's sources.
    pub fn system() -> Self {
        Self { clock: Arc::new(SystemClock), ids: Arc::new(SystemIds), secrets: Arc::new(SystemSecrets) }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The next id of version 7 (RFC 9562): later ids sort after earlier ones.
    pub fn id<T: From<Uuid>>(&self) -> T {
        self.ids.next().into()
    }

    /// Bytes that nobody can guess.
    pub fn secret<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.secrets.fill(&mut bytes);
        bytes
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Env")
    }
}

/// Tells the time in whole microseconds, which both engines keep.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Makes ids that sort by the time of their making.
pub trait IdSource: Send + Sync {
    fn next(&self) -> Uuid;
}

/// Makes bytes for tokens and keys.
pub trait SecretSource: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    fn now(&self) -> Timestamp {
        Timestamp::from(std::time::SystemTime::now()).trunc_subsecs(6)
    }
}

struct SystemIds;

impl IdSource for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

struct SystemSecrets;

impl SecretSource for SystemSecrets {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::Rng::fill_bytes(&mut rand::rng(), bytes);
    }
}
