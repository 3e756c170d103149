//! Everything that the tables hold, as one transaction sees it: to tell whether something left no trace.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::inspect::Schema;
use crate::{
    database::{Connection, Tx},
    error::StorageError,
};

/// The rows of each table in the form of its engine, sorted; `without` names columns that don't matter.
pub async fn dump(
    tx: &mut dyn Tx,
    schema: &Schema,
    without: &[&str],
) -> Result<BTreeMap<String, Vec<String>>, StorageError> {
    let mut tables = BTreeMap::new();
    for (name, table) in schema {
        let columns = table.columns.iter().map(|(column, _)| column.as_str());
        let columns = columns.filter(|it| !without.contains(it));
        let mut rows: Vec<String> = match tx.connection() {
            Connection::Sqlite(connection) => {
                let texts: Vec<String> = columns.map(|it| format!("'{it} ' || quote({it})")).collect();
                let sql = format!("SELECT {} FROM {name}", texts.join(" || ', ' || "));
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await?
            }
            Connection::Postgres(connection) => {
                let list = columns.collect::<Vec<_>>().join(", ");
                let sql = format!("SELECT row_to_json(t)::text FROM (SELECT {list} FROM {name}) t");
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await?
            }
        };
        rows.sort_unstable();
        tables.insert(name.clone(), rows);
    }
    Ok(tables)
}
