//! How fast SQLite can commit on this disk at all: what the speed of taking mail in is held against.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sqlx::{
    Connection as _, Executor as _, SqliteConnection,
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
