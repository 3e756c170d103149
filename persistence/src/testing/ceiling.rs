//! How fast the engines can commit on this machine at all: what the speed of everything else is held against.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::error::StorageError;

/// Commits a second, each of `rows` rows of `bytes` bytes and synced to the disk, in a new database at `path`.
pub async fn commits_per_second(
    path: &Path,
    bytes: usize,
    rows: usize,
    time: Duration,
) -> Result<f64, StorageError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    connection.execute("CREATE TABLE mail (id INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT").await?;
    let raw = vec![b'x'; bytes];
    let (started, mut commits) = (Instant::now(), 0);
    while started.elapsed() < time {
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        for _ in 0..rows {
            sqlx::query("INSERT INTO mail (raw) VALUES ($1)").bind(&raw).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        commits += 1;
    }
    Ok(f64::from(commits) / started.elapsed().as_secs_f64())
}

/// Commits a second of a PostgreSQL database over one connection, each of one row of `bytes` bytes in a table of this name.
pub async fn postgres_commits_per_second(
    url: &str,
    table: &str,
    bytes: usize,
    time: Duration,
) -> Result<f64, StorageError> {
    let mut connection = PgConnection::connect(url).await?;
    let create = format!("CREATE TABLE {table} (id BIGSERIAL PRIMARY KEY, raw BYTEA NOT NULL)");
    connection.execute(AssertSqlSafe(create)).await?;
    let insert = format!("INSERT INTO {table} (raw) VALUES ($1)");
    let raw = vec![b'x'; bytes];
    let (started, mut commits) = (Instant::now(), 0);
    while started.elapsed() < time {
        let mut tx = connection.begin().await?;
        sqlx::query(AssertSqlSafe(insert.as_str())).bind(&raw).execute(&mut *tx).await?;
        tx.commit().await?;
        commits += 1;
    }
    Ok(f64::from(commits) / started.elapsed().as_secs_f64())
}
