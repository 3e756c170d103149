//! A database of its own for each test, on either engine: a copy of a template that is migrated once a run.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::sync::OnceCell;

use crate::{
    database::{Database, Engine, Settings, Synchronous},
    error::StorageError,
    migrate::migrate,
};

/// A migrated, empty database that nobody else sees.
#[derive(Debug)]
pub struct TestDatabase {
    pub url: String,
    pub database: Database,
}

static COUNTER: AtomicU32 = AtomicU32::new(0);
static SQLITE_TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();
static POSTGRES_TEMPLATE: OnceCell<String> = OnceCell::const_new();

impl TestDatabase {
    /// Makes one. SQLite puts its file into `folder`; PostgreSQL needs `postgres_url`, the cluster's address.
    pub async fn create(engine: Engine, folder: &Path, postgres_url: &str) -> Result<Self, StorageError> {
        let url = match engine {
            Engine::Sqlite => copy_sqlite(folder).await?,
            Engine::Postgres => copy_postgres(postgres_url).await?,
        };
        Ok(Self { database: Database::open(&settings(&url)).await?, url })
    }
}

fn settings(url: &str) -> Settings {
    Settings { url: url.to_owned(), max_connections: 8, synchronous: Synchronous::Off }
}

fn unique(prefix: &str) -> String {
    format!("{prefix}_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

async fn copy_sqlite(folder: &Path) -> Result<String, StorageError> {
    let template = SQLITE_TEMPLATE
        .get_or_try_init(|| async {
            let path = std::env::temp_dir().join(unique("liaison_template")).with_extension("db");
            let database = Database::open(&settings(&format!("sqlite://{}", path.display()))).await?;
            migrate(&database).await?;
            database.close().await;
            Ok::<_, StorageError>(path)
        })
        .await?;
    let path = folder.join("liaison.db");
    std::fs::copy(template, &path).map_err(sqlx::Error::from)?;
    Ok(format!("sqlite://{}", path.display()))
}

async fn copy_postgres(cluster: &str) -> Result<String, StorageError> {
    let template = POSTGRES_TEMPLATE
        .get_or_try_init(|| async {
            let name = unique("liaison_template");
            run(cluster, format!("CREATE DATABASE {name}")).await?;
            let database = Database::open(&settings(&with_database(cluster, &name))).await?;
            migrate(&database).await?;
            database.close().await;
            Ok::<_, StorageError>(name)
        })
        .await?;
    let name = unique("liaison_test");
    run(cluster, format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
    Ok(with_database(cluster, &name))
}

async fn run(cluster: &str, statement: String) -> Result<(), StorageError> {
    let mut connection = PgConnection::connect(cluster).await?;
    connection.execute(AssertSqlSafe(statement)).await?;
    connection.close().await?;
    Ok(())
}

/// The cluster's URL has the form `postgres://user@host/database?…`.
fn with_database(cluster: &str, name: &str) -> String {
    let (address, query) = cluster.split_once('?').unwrap_or((cluster, ""));
    let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
    format!("{server}/{name}?{query}")
}
