//! How long what an account said to another one took to be applied there.

use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

use crate::error::StorageError;

/// From the writing of each operation in the one account of a PostgreSQL database to its writing in the other, in the order
/// of the first.
pub async fn list_latencies(url: &str) -> Result<Vec<Duration>, StorageError> {
    let mut connection = PgConnection::connect(url).await?;
    let statement = "SELECT EXTRACT(EPOCH FROM i.applied_at - o.created_at)::float8 AS seconds \
         FROM link_outbox o JOIN link_inbox i ON i.id = o.id WHERE i.applied_at IS NOT NULL ORDER BY o.created_at, o.id";
    let rows = sqlx::query(statement).fetch_all(&mut connection).await?;
    let seconds = rows.iter().map(|row| row.try_get::<f64, _>("seconds"));
    Ok(seconds.map(|it| it.map(|it| Duration::from_secs_f64(it.max(0.0)))).collect::<Result<_, _>>()?)
}

/// Has a PostgreSQL database count what is in it, as it does by itself within a minute: what it knew of empty tables makes it
/// read whole accounts.
pub async fn take_statistics(url: &str) -> Result<(), StorageError> {
    PgConnection::connect(url).await?.execute("ANALYZE").await?;
    Ok(())
}
