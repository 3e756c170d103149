//! What can go wrong between a statement and its answer. None of it is for a caller's eyes.

use thiserror::Error;

/// A failure of the database, by what to do about it.
#[derive(Debug, Error)]
pub enum StorageError {
    /// No connection, or none in time: try again later.
    #[error("the database can't be reached")]
    Unavailable(#[source] sqlx::Error),
    /// Another writer was in the way for too long: try again.
    #[error("the database is busy")]
    Busy(#[source] sqlx::Error),
    /// A unique constraint said no. Callers that can meet one decide by their own check; here it is a race lost.
    #[error("another writer was faster")]
    Conflict(#[source] sqlx::Error),
    /// A stored value can't be what it should be.
    #[error("a stored value is corrupt")]
    Corrupt(#[source] sqlx::Error),
    #[error("the database configuration is wrong: {0}")]
    Configuration(&'static str),
    /// The database was made by a newer program, or its migrations don't match.
    #[error("the database can't be migrated")]
    Migration(#[source] Box<sqlx::migrate::MigrateError>),
    #[error("the database failed")]
    Unexpected(#[source] sqlx::Error),
}

impl StorageError {
    /// Whether the same transaction may succeed when it is begun anew.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Unavailable(_) | Self::Conflict(_) => true,
            Self::Corrupt(_) | Self::Configuration(_) | Self::Migration(_) | Self::Unexpected(_) => false,
        }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Tls(_) => Self::Unavailable(error),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Corrupt(error),
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Conflict(error),
            sqlx::Error::Database(database) => match database.code().as_deref() {
                // SQLITE_BUSY and its kinds; serialization failure and deadlock of PostgreSQL.
                Some("5" | "261" | "517" | "40001" | "40P01") => Self::Busy(error),
                // The server is starting, stopping or full.
                Some("57P01" | "57P02" | "57P03" | "53300") => Self::Unavailable(error),
                _ => Self::Unexpected(error),
            },
            _ => Self::Unexpected(error),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StorageError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(Box::new(error))
    }
}
