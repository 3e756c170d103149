//! Brings a database to the schema of this program. Both engines' files have the same names and make the same tables.

use std::borrow::Cow;

use sqlx::{
    SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::{database::Database, error::StorageError};

/// A migration in the words of both engines.
struct Step {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! steps {
    ($($version:literal $name:literal),+ $(,)?) => {
        &[$(Step {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        },)+]
    };
}

const STEPS: &[Step] = steps![1 "0001_accounts", 2 "0002_tasks", 3 "0003_mail"];

/// Applies what is missing. Refuses a database that a newer program has migrated.
pub async fn migrate(database: &Database) -> Result<(), StorageError> {
    match database {
        Database::Sqlite { writer, .. } => migrator(|step| step.sqlite).run(writer).await?,
        Database::Postgres(pool) => migrator(|step| step.postgres).run(pool).await?,
    }
    Ok(())
}

/// Names this schema: the same for the same migrations.
#[cfg(feature = "testing")]
pub(crate) fn digest() -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    for step in STEPS {
        (step.name, step.sqlite, step.postgres).hash(&mut hasher);
    }
    hasher.finish()
}

fn migrator(text: impl Fn(&Step) -> &'static str) -> Migrator {
    Migrator::with_migrations(
        STEPS
            .iter()
            .map(|step| {
                let name = Cow::Borrowed(step.name);
                Migration::new(step.version, name, MigrationType::Simple, text(step).into_sql_str(), false)
            })
            .collect(),
    )
}
