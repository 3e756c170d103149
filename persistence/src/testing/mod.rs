//! A database of its own for each test, on either engine: a copy of a template that is migrated once.
//!
//! Templates are named by a digest of the migrations, so that processes of one run, and later runs, share them. One is
//! made under a name of its own and then renamed: whoever looks for it finds it whole or not at all, and of two makers
//! one throws his away. What the engines really made is read by [`inspect`].

pub mod ceiling;
pub mod dump;
pub mod inspect;
pub mod latency;

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use crate::{
    database::{Database, Engine, Settings, Synchronous},
    error::StorageError,
    migrate,
};

/// Where databases of tests are made.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Holds this test's SQLite file.
    pub folder: &'a Path,
    /// Holds the SQLite template; kept between runs.
    pub templates: &'a Path,
    /// The PostgreSQL cluster, by the URL of a superuser: `postgres://user@host/database?…`.
    pub postgres_url: &'a str,
}

/// A migrated, empty database that nobody else sees.
#[derive(Debug)]
pub struct TestDatabase {
    pub url: String,
    pub database: Database,
    /// The cluster and the name in it, on PostgreSQL.
    dropped: Option<(String, String)>,
}

impl TestDatabase {
    pub async fn create(engine: Engine, place: Place<'_>) -> Result<Self, StorageError> {
        let (url, dropped) = match engine {
            Engine::Sqlite => (copy_sqlite(place).await?, None),
            Engine::Postgres => {
                let name = copy_postgres(place.postgres_url).await?;
                let url = with_database(place.postgres_url, &name);
                (url, Some((place.postgres_url.to_owned(), name)))
            }
        };
        Ok(Self { database: Database::open(&settings(&url)).await?, url, dropped })
    }

    /// The same database as another program has it.
    pub async fn open_again(&self) -> Result<Database, StorageError> {
        Database::open(&settings(&self.url)).await
    }

    /// Closes the database and takes it out of the cluster. An SQLite file goes with its folder.
    pub async fn remove(&self) -> Result<(), StorageError> {
        self.database.close().await;
        if let Some((cluster, name)) = &self.dropped {
            run(cluster, format!("DROP DATABASE {name} WITH (FORCE)")).await?;
        }
        Ok(())
    }
}

fn settings(url: &str) -> Settings {
    Settings { url: url.to_owned(), max_connections: 8, synchronous: Synchronous::Off }
}

/// The name of the template that these migrations make.
fn template() -> String {
    format!("liaison_template_{:016x}", migrate::digest())
}

/// A name that no other process of this machine and no other test of this one has.
fn unique(prefix: &str) -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    format!("{prefix}_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

async fn copy_sqlite(place: Place<'_>) -> Result<String, StorageError> {
    let template = place.templates.join(template()).with_extension("db");
    if !template.exists() {
        make_sqlite(&template).await?;
    }
    let path = place.folder.join("liaison.db");
    std::fs::copy(template, &path).map_err(sqlx::Error::from)?;
    Ok(sqlite_url(&path))
}

async fn make_sqlite(template: &Path) -> Result<(), StorageError> {
    let own: PathBuf = template.with_file_name(unique("liaison_making")).with_extension("db");
    let database = Database::open(&settings(&sqlite_url(&own))).await?;
    migrate::migrate(&database).await?;
    // Closing folds the write-ahead log into the file.
    database.close().await;
    std::fs::rename(own, template).map_err(sqlx::Error::from)?;
    Ok(())
}

fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

async fn copy_postgres(cluster: &str) -> Result<String, StorageError> {
    let template = template();
    if !exists(cluster, &template).await? {
        make_postgres(cluster, &template).await?;
    }
    let name = unique("liaison_test");
    run(cluster, format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
    Ok(name)
}

async fn make_postgres(cluster: &str, template: &str) -> Result<(), StorageError> {
    let own = unique("liaison_making");
    run(cluster, format!("CREATE DATABASE {own}")).await?;
    let database = Database::open(&settings(&with_database(cluster, &own))).await?;
    migrate::migrate(&database).await?;
    database.close().await;
    let renamed = run(cluster, format!("ALTER DATABASE {own} RENAME TO {template}")).await;
    if renamed.is_err() && exists(cluster, template).await? {
        return run(cluster, format!("DROP DATABASE {own}")).await;
    }
    renamed
}

async fn exists(cluster: &str, name: &str) -> Result<bool, StorageError> {
    let mut connection = PgConnection::connect(cluster).await?;
    let found = sqlx::query("SELECT COUNT(*) FROM pg_database WHERE datname = $1")
        .bind(name)
        .fetch_one(&mut connection)
        .await?
        .try_get::<i64, _>(0)?;
    connection.close().await?;
    Ok(found > 0)
}

async fn run(cluster: &str, statement: String) -> Result<(), StorageError> {
    let mut connection = PgConnection::connect(cluster).await?;
    connection.execute(AssertSqlSafe(statement)).await?;
    connection.close().await?;
    Ok(())
}

fn with_database(cluster: &str, name: &str) -> String {
    let (address, query) = cluster.split_once('?').unwrap_or((cluster, ""));
    let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
    format!("{server}/{name}?{query}")
}
