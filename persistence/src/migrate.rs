//! Brings a database to the schema of this program. Both engines' files have the same names and make the same tables.

use std::borrow::Cow;

use sqlx::{
    SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::{
    database::{Database, Pools},
    error::StorageError,
};

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

const STEPS: &[Step] =
    steps![1 "0001_accounts", 2 "0002_tasks", 3 "0003_mail", 4 "0004_mailboxes", 5 "0005_links"];

/// What SQLite is to know of the tables before a row is in them. Without it the planner takes the first column of an index
/// to pick ten rows; but that is the account, and it picks a large part of a table: for "the deliveries of a comment" all
/// mail of the account was read. Measured statistics (`ANALYZE`) would change plans with the data; these say alike of
/// every index how many rows share its first columns. See `sqlite_stat1` in SQLite's file format.
const SQLITE_STATISTICS: &str = "\
    ANALYZE sqlite_schema; \
    DELETE FROM sqlite_stat1; \
    INSERT INTO sqlite_stat1 (tbl, idx, stat) \
    SELECT t.name, i.name, '1000000 ' || (SELECT group_concat(n_rows, ' ') FROM (\
      SELECT MIN(CASE WHEN i.\"unique\" AND c.is_last THEN 1 WHEN c.name IN ('account_id', 'is_open') THEN 100000 \
        WHEN c.name = 'state' THEN 10000 WHEN c.name = 'person_id' THEN 1000 ELSE 10 END) OVER (ORDER BY c.seqno) AS n_rows \
      FROM (SELECT name, seqno, seqno = MAX(seqno) OVER () AS is_last FROM pragma_index_info(i.name)) c \
      ORDER BY c.seqno)) \
    FROM sqlite_schema t JOIN pragma_index_list(t.name) i \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'; \
    ANALYZE sqlite_schema";

/// Applies what is missing. Refuses a database that a newer program has migrated.
pub async fn migrate(database: &Database) -> Result<(), StorageError> {
    match &database.pools {
        Pools::Sqlite { writer, .. } => {
            migrator(|step| step.sqlite).run(writer).await?;
            sqlx::raw_sql(SQLITE_STATISTICS).execute(writer).await?;
        }
        Pools::Postgres(pool) => migrator(|step| step.postgres).run(pool).await?,
    }
    Ok(())
}

/// Names this schema: the same for the same migrations.
#[cfg(feature = "testing")]
pub(crate) fn digest() -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    SQLITE_STATISTICS.hash(&mut hasher);
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
