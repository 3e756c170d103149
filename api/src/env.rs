//! Where time, ids and secrets come from. Nobody else asks the system for them, so tests own all three; and what a
//! password's hash costs, which tests would spend most of their time on.

use std::{fmt, sync::Arc};

use chrono::SubsecRound as _;
use liaison_domain::Timestamp;
use uuid::Uuid;

/// The sources, cheap to clone.
#[derive(Clone)]
pub struct Env {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
    pub secrets: Arc<dyn SecretSource>,
    pub hash_cost: HashCost,
}

impl Env {
    /// The running system's sources.
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            secrets: Arc::new(SystemSecrets),
            hash_cost: HashCost::OWASP,
        }
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

/// What a new password's hash costs him who makes it, and everybody who guesses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl HashCost {
    /// The least that the OWASP Password Storage Cheat Sheet asks of argon2id.
    pub const OWASP: Self = Self { memory_kib: 19 * 1024, passes: 2 };
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
