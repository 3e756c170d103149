//! Connections and transactions. The type of a transaction says what it may do.
//!
//! SQLite has one writer connection, opened with `BEGIN IMMEDIATE`, and a pool of readers. A deferred `BEGIN` that later
//! writes fails at once under load (`SQLITE_BUSY_SNAPSHOT`), so no such thing can be expressed here.

use std::{collections::BTreeSet, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    PgConnection, Postgres, Sqlite, SqliteConnection, Transaction,
    pool::{PoolConnection, PoolOptions},
    postgres::{PgConnectOptions, PgPool},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous},
};

use crate::{
    change_feed::{self, Changes},
    error::StorageError,
    job::{Due, Lane},
    notification::{listeners::Listeners, live::Touched},
    sql::Scalar,
};

/// Where the database is and how it is used.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Connections for reading on SQLite, all connections on PostgreSQL.
    pub max_connections: u32,
    /// Whether a commit survives loss of power on SQLite. Acknowledged mail relies on it.
    pub synchronous: Synchronous,
}

/// How hard SQLite tries to keep a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// Survives loss of power.
    Full,
    /// Survives a crash of the process; loss of power may take the last commits.
    Normal,
    /// For tests.
    Off,
}

impl Synchronous {
    /// Begins a transaction that commits so, whatever the last one did: one text, for each costs a way to the connection's
    /// thread and back.
    const fn begin(self) -> &'static str {
        match self {
            Self::Full => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
            Self::Normal => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
            Self::Off => "PRAGMA synchronous = OFF; BEGIN IMMEDIATE",
        }
    }
}

/// Statements that a connection keeps prepared: more than one kind of work has, so that none is parsed again and again.
const PREPARED: usize = 256;

/// What is written goes by keys and lists of keys, so one plan is right for any of them; PostgreSQL would make another for
/// each list, which takes it longer than to carry it out.
const BEGIN_WRITE: &str = "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan";
const BEGIN_WRITE_UNSYNCED: &str =
    "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL synchronous_commit = off";

/// One of the two engines. Clones are the same database.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) pools: Pools,
    due: Arc<Due>,
    listeners: Arc<Listeners>,
}

#[derive(Clone, Debug)]
pub(crate) enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool, synchronous: Synchronous },
    Postgres(PgPool),
}

/// Which engine serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Database {
    /// Opens the database; an SQLite file is made where there is none.
    pub async fn open(settings: &Settings) -> Result<Self, StorageError> {
        if settings.url.starts_with("sqlite:") {
            Self::open_sqlite(settings).await
        } else if settings.url.starts_with("postgres:") || settings.url.starts_with("postgresql:") {
            Self::open_postgres(settings).await
        } else {
            Err(StorageError::Configuration("the database URL begins with sqlite: or postgres:"))
        }
    }

    async fn open_sqlite(settings: &Settings) -> Result<Self, StorageError> {
        let synchronous = match settings.synchronous {
            Synchronous::Full => SqliteSynchronous::Full,
            Synchronous::Normal => SqliteSynchronous::Normal,
            Synchronous::Off => SqliteSynchronous::Off,
        };
        let options = SqliteConnectOptions::from_str(&settings.url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .foreign_keys(true)
            .statement_cache_capacity(PREPARED)
            .busy_timeout(Duration::from_secs(5));
        let writer = PoolOptions::<Sqlite>::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.clone())
            .await?;
        let readers = PoolOptions::<Sqlite>::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(Duration::from_secs(30))
            .connect_lazy_with(options.read_only(true).create_if_missing(false));
        Ok(Self::of(Pools::Sqlite { writer, readers, synchronous: settings.synchronous }))
    }

    async fn open_postgres(settings: &Settings) -> Result<Self, StorageError> {
        let options = PgConnectOptions::from_str(&settings.url)?.statement_cache_capacity(PREPARED);
        let pool = PoolOptions::<Postgres>::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(Duration::from_secs(30))
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self::of(Pools::Postgres(pool)))
    }

    fn of(pools: Pools) -> Self {
        Self { pools, due: Arc::default(), listeners: Arc::default() }
    }

    pub const fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// What commits of this program have left to be done.
    pub fn due(&self) -> &Due {
        &self.due
    }

    /// Who waits for his notices on this node.
    pub const fn listeners(&self) -> &Arc<Listeners> {
        &self.listeners
    }

    /// Begins a transaction that may write. On SQLite it waits for the one writer.
    pub async fn write(&self) -> Result<WriteTx, StorageError> {
        let inner = match &self.pools {
            Pools::Sqlite { writer, synchronous, .. } => {
                Inner::Sqlite(writer.begin_with(synchronous.begin()).await?)
            }
            Pools::Postgres(pool) => Inner::Postgres(begin(pool, BEGIN_WRITE).await?),
        };
        Ok(WriteTx::new(inner, self))
    }

    /// The same, but the commit waits for no disk: a crash of the process leaves it, loss of power may take it, with all
    /// that was committed so after the last commit of [`Database::write`]. For work that would then be done again, and
    /// that nobody was told of before such a commit.
    pub async fn write_unsynced(&self) -> Result<WriteTx, StorageError> {
        let inner = match &self.pools {
            Pools::Sqlite { synchronous: Synchronous::Full, writer, .. } => {
                Inner::Sqlite(writer.begin_with(Synchronous::Normal.begin()).await?)
            }
            Pools::Sqlite { .. } => return self.write().await,
            Pools::Postgres(pool) => Inner::Postgres(begin(pool, BEGIN_WRITE_UNSYNCED).await?),
        };
        Ok(WriteTx::new(inner, self))
    }

    /// Begins a transaction that sees one state of the database and can't change it.
    pub async fn read(&self) -> Result<ReadTx, StorageError> {
        Ok(ReadTx(match &self.pools {
            Pools::Sqlite { readers, .. } => Reading::Many(Inner::Sqlite(readers.begin().await?)),
            Pools::Postgres(pool) => {
                let begun = begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                Reading::Many(Inner::Postgres(begun))
            }
        }))
    }

    /// For a single statement, which sees one state by itself: without the ways to the server and back that a beginning
    /// and an end cost.
    pub async fn read_once(&self) -> Result<ReadTx, StorageError> {
        Ok(ReadTx(match &self.pools {
            Pools::Sqlite { readers, .. } => Reading::OneSqlite(readers.acquire().await?),
            Pools::Postgres(pool) => Reading::OnePostgres(pool.acquire().await?),
        }))
    }

    /// Closes every connection, after those in use have come back.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// Begins in a task of its own, which nobody can cut. A request that goes away between BEGIN and its answer would put a
/// connection back that is inside a transaction without knowing it, and the next one to write would be refused.
async fn begin(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, StorageError> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
    Ok(begun.map_err(|source| sqlx::Error::Io(source.into()))??)
}

#[derive(Debug)]
enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Inner {
    fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(tx) => Connection::Sqlite(tx),
            Self::Postgres(tx) => Connection::Postgres(tx),
        }
    }
}

/// A transaction that may write. Dropped without [`WriteTx::commit`], it never happened.
#[must_use]
#[derive(Debug)]
pub struct WriteTx {
    inner: Inner,
    /// For the feeds, when it commits.
    pub(crate) changes: Changes,
    /// What its commit leaves to be done.
    pub(crate) lanes: BTreeSet<Lane>,
    /// Notices that it tells or marks.
    pub(crate) touched: Touched,
    due: Arc<Due>,
    listeners: Arc<Listeners>,
}

/// A transaction that reads one state of the database.
#[must_use]
#[derive(Debug)]
pub struct ReadTx(Reading);

#[derive(Debug)]
enum Reading {
    Many(Inner),
    OneSqlite(PoolConnection<Sqlite>),
    OnePostgres(PoolConnection<Postgres>),
}

impl WriteTx {
    fn new(inner: Inner, database: &Database) -> Self {
        Self {
            inner,
            changes: Changes::new(),
            lanes: BTreeSet::new(),
            touched: Touched::new(),
            due: database.due.clone(),
            listeners: database.listeners.clone(),
        }
    }

    /// Makes everything done in it last, and rings for the work that it leaves and the people whom it tells. The last fallible step before an answer.
    pub async fn commit(mut self) -> Result<(), StorageError> {
        let heard = change_feed::write(&mut self).await?;
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        }?;
        self.due.add(self.lanes);
        self.listeners.ring(&heard);
        Ok(())
    }
}

/// What statements run in: a transaction of either kind.
pub trait Tx: Send {
    fn connection(&mut self) -> Connection<'_>;
}

impl Tx for WriteTx {
    fn connection(&mut self) -> Connection<'_> {
        self.inner.connection()
    }
}

impl Tx for ReadTx {
    fn connection(&mut self) -> Connection<'_> {
        match &mut self.0 {
            Reading::Many(tx) => tx.connection(),
            Reading::OneSqlite(connection) => Connection::Sqlite(connection),
            Reading::OnePostgres(connection) => Connection::Postgres(connection),
        }
    }
}

/// The connection of the engine that serves.
#[derive(Debug)]
pub enum Connection<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

statements! {
    PING = ["SELECT COUNT(*) AS value FROM account WHERE id = $1"];
}

/// Whether the database answers and is migrated.
pub async fn ping(database: &Database) -> Result<(), StorageError> {
    let mut tx = database.read_once().await?;
    db!(&mut tx, fetch_one::<Scalar<i64>>(PING, uuid::Uuid::nil())).map(drop)
}
