//! What a database holds, read from its own catalog, so that tests can compare the engines and judge the schema.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{
    AssertSqlSafe, Column as _, Either, Executor as _, PgConnection, Row as _, SqlSafeStr as _,
    SqliteConnection, Statement as _,
};

use crate::{
    database::{Connection, Database, Tx as _},
    error::StorageError,
    sql::Sql,
};

/// What an engine makes of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    pub columns: Vec<String>,
    pub parameters: usize,
}

/// Prepares a statement without running it.
pub async fn prepare(database: &Database, sql: &Sql) -> Result<Prepared, StorageError> {
    let count = |parameters: Option<Either<usize, usize>>| match parameters {
        Some(Either::Left(n) | Either::Right(n)) => n,
        None => 0,
    };
    let mut tx = database.read().await?;
    Ok(match tx.connection() {
        Connection::Sqlite(connection) => {
            let statement = connection.prepare(sql.sqlite.into_sql_str()).await?;
            Prepared {
                columns: statement.columns().iter().map(|it| it.name().to_owned()).collect(),
                parameters: count(statement.parameters().map(|it| it.map_left(<[_]>::len))),
            }
        }
        Connection::Postgres(connection) => {
            let statement = connection.prepare(sql.postgres.into_sql_str()).await?;
            Prepared {
                columns: statement.columns().iter().map(|it| it.name().to_owned()).collect(),
                parameters: count(statement.parameters().map(|it| it.map_left(<[_]>::len))),
            }
        }
    })
}

/// How SQLite would run a statement, a line a step: `SEARCH t USING INDEX task_by_change (account_id=?)`. None where the
/// engine is another.
pub async fn plan(database: &Database, sql: &Sql) -> Result<Option<Vec<String>>, StorageError> {
    let mut tx = database.read().await?;
    let Connection::Sqlite(connection) = tx.connection() else { return Ok(None) };
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.sqlite));
    let rows = sqlx::query(explain).fetch_all(connection).await?;
    let steps = rows.iter().map(|row| row.try_get("detail")).collect::<sqlx::Result<_>>()?;
    Ok(Some(steps))
}

/// The tables by name, without what the migrations keep about themselves.
pub type Schema = BTreeMap<String, Table>;

/// A table, in words that both engines share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// In their order, with whether each may be null.
    pub columns: Vec<(String, bool)>,
    pub primary_key: Vec<String>,
    /// Beside the primary key; unique constraints are among them.
    pub indexes: BTreeSet<Index>,
    pub foreign_keys: BTreeSet<ForeignKey>,
    /// The names that a column's CHECK allows.
    pub allowed: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Index {
    pub columns: Vec<String>,
    pub is_unique: bool,
    /// Holds some rows only.
    pub is_partial: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignKey {
    pub columns: Vec<String>,
    pub table: String,
    pub referenced: Vec<String>,
}

/// Reads the schema that a database has.
pub async fn schema(database: &Database) -> Result<Schema, StorageError> {
    let mut tx = database.read().await?;
    Ok(match tx.connection() {
        Connection::Sqlite(connection) => sqlite(connection).await?,
        Connection::Postgres(connection) => postgres(connection).await?,
    })
}

async fn sqlite(connection: &mut SqliteConnection) -> sqlx::Result<Schema> {
    let mut schema = Schema::new();
    let tables = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
        AND name <> '_sqlx_migrations'";
    for row in sqlx::query(tables).fetch_all(&mut *connection).await? {
        let (name, text): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let mut table = Table { allowed: checks(&text), ..Table::default() };
        let columns = "SELECT name, \"notnull\" = 0, pk FROM pragma_table_xinfo($1) ORDER BY cid";
        let mut key = BTreeMap::new();
        for row in sqlx::query(columns).bind(&name).fetch_all(&mut *connection).await? {
            let (column, position): (String, i64) = (row.try_get(0)?, row.try_get(2)?);
            if position > 0 {
                key.insert(position, column.clone());
            }
            table.columns.push((column, row.try_get(1)?));
        }
        table.primary_key = key.into_values().collect();
        let indexes = "SELECT l.name, l.\"unique\", l.partial, (SELECT group_concat(i.name) FROM \
            (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno) i) \
            FROM pragma_index_list($1) l WHERE l.origin <> 'pk'";
        for row in sqlx::query(indexes).bind(&name).fetch_all(&mut *connection).await? {
            let columns = words(&row.try_get::<String, _>(3)?);
            table.indexes.insert(Index { columns, is_unique: row.try_get(1)?, is_partial: row.try_get(2)? });
        }
        let keys = "SELECT \"table\", group_concat(\"from\"), group_concat(\"to\") FROM \
            (SELECT * FROM pragma_foreign_key_list($1) ORDER BY id, seq) GROUP BY id, \"table\"";
        for row in sqlx::query(keys).bind(&name).fetch_all(&mut *connection).await? {
            table.foreign_keys.insert(ForeignKey {
                table: row.try_get(0)?,
                columns: words(&row.try_get::<String, _>(1)?),
                referenced: words(&row.try_get::<String, _>(2)?),
            });
        }
        schema.insert(name, table);
    }
    Ok(schema)
}

async fn postgres(connection: &mut PgConnection) -> sqlx::Result<Schema> {
    let mut schema = Schema::new();
    let columns = "SELECT table_name::text, column_name::text, is_nullable = 'YES' FROM information_schema.columns \
        WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' ORDER BY table_name, ordinal_position";
    for row in sqlx::query(columns).fetch_all(&mut *connection).await? {
        let table = schema.entry(row.try_get(0)?).or_default();
        table.columns.push((row.try_get(1)?, row.try_get(2)?));
    }
    let indexes = "SELECT t.relname::text, i.indisprimary, i.indisunique, i.indpred IS NOT NULL, \
        ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(n, place) \
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n ORDER BY k.place) \
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE t.relnamespace = 'public'::regnamespace";
    for row in sqlx::query(indexes).fetch_all(&mut *connection).await? {
        let Some(table) = schema.get_mut(&row.try_get::<String, _>(0)?) else { continue };
        let columns = row.try_get(4)?;
        if row.try_get(1)? {
            table.primary_key = columns;
        } else {
            table.indexes.insert(Index { columns, is_unique: row.try_get(2)?, is_partial: row.try_get(3)? });
        }
    }
    let constraints = "SELECT t.relname::text, c.contype = 'f', r.relname::text, \
        ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, place) \
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.place), \
        ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, place) \
            JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.place), \
        pg_get_constraintdef(c.oid) \
        FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid LEFT JOIN pg_class r ON r.oid = c.confrelid \
        WHERE c.contype IN ('f', 'c') AND t.relnamespace = 'public'::regnamespace";
    for row in sqlx::query(constraints).fetch_all(&mut *connection).await? {
        let Some(table) = schema.get_mut(&row.try_get::<String, _>(0)?) else { continue };
        let columns: Vec<String> = row.try_get(3)?;
        if row.try_get(1)? {
            let (table_name, referenced) = (row.try_get(2)?, row.try_get(4)?);
            table.foreign_keys.insert(ForeignKey { columns, table: table_name, referenced });
        } else if let [column] = columns.as_slice() {
            table.allowed.insert(column.clone(), quoted(&row.try_get::<String, _>(5)?));
        }
    }
    Ok(schema)
}

/// Reads `CHECK (column IN ('a', 'b'))` out of a table's definition.
fn checks(definition: &str) -> BTreeMap<String, BTreeSet<String>> {
    let checks = definition.split("CHECK (").skip(1).filter_map(|rest| rest.split_once(" IN ("));
    let lists = checks.map(|(column, rest)| {
        let list = rest.split(')').next().unwrap_or_default();
        (column.to_owned(), quoted(list))
    });
    lists.filter(|(_, names)| !names.is_empty()).collect()
}

/// What stands between single quotes.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('\'').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

fn words(list: &str) -> Vec<String> {
    list.split(',').map(ToOwned::to_owned).collect()
}

/// What the feeds of changes say, over all accounts, in order.
pub async fn list_change_events(database: &Database) -> Result<Vec<String>, StorageError> {
    list_texts(database, "SELECT account_event FROM change_feed ORDER BY account_id, sequence").await
}

/// What employees were told: `<kind> <name>`, over all accounts.
pub async fn list_notices(database: &Database) -> Result<Vec<String>, StorageError> {
    let notices = "SELECT n.kind || ' ' || p.name FROM notification n \
        JOIN person p ON p.account_id = n.account_id AND p.id = n.person_id ORDER BY p.name, n.id";
    list_texts(database, notices).await
}

/// Every sealed password, as it lies there.
pub async fn list_sealed_passwords(database: &Database) -> Result<Vec<Vec<u8>>, StorageError> {
    let mut tx = database.read().await?;
    let sql = "SELECT sealed_password FROM mailbox_channel ORDER BY account_id, mailbox_id, channel";
    Ok(match tx.connection() {
        Connection::Sqlite(connection) => sqlx::query_scalar(sql).fetch_all(connection).await?,
        Connection::Postgres(connection) => sqlx::query_scalar(sql).fetch_all(connection).await?,
    })
}

async fn list_texts(database: &Database, sql: &'static str) -> Result<Vec<String>, StorageError> {
    let mut tx = database.read().await?;
    Ok(match tx.connection() {
        Connection::Sqlite(connection) => sqlx::query_scalar(sql).fetch_all(connection).await?,
        Connection::Postgres(connection) => sqlx::query_scalar(sql).fetch_all(connection).await?,
    })
}
