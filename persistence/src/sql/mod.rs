//! Statements as data, and the one macro that runs them on either engine.
//!
//! ```ignore
//! statements! {
//!     /// One contact of one account.
//!     FIND_CONTACT = ["SELECT … FROM contact WHERE account_id = $1 AND id = $2"];
//!     /// Several at once: the list is bound as one value.
//!     LIST_BY_IDS = ["SELECT … WHERE account_id = $1 AND id " { sqlite: "IN (…)", postgres: "= ANY($2)" }];
//! }
//! let row = db!(tx, fetch_optional::<ContactRow>(FIND_CONTACT, account_id, contact_id))?;
//! ```
//!
//! A statement is a row of parts; a part in braces differs by engine. The highest `$n` must equal the number of
//! arguments: SQLite binds a missing one as NULL without a word, so that is checked while compiling.

use sqlx::{postgres::PgRow, sqlite::SqliteRow};

mod value;

pub use self::value::{Bind, Column, Json, Scalar};

/// One statement in the words of both engines.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
    /// The highest `$n`.
    pub binds: usize,
}

impl Sql {
    /// # Panics
    ///
    /// While compiling, where the two texts don't have the same placeholders.
    pub const fn new(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        let binds = highest_placeholder(sqlite);
        assert!(binds == highest_placeholder(postgres), "the engines' texts differ in their placeholders");
        Self { name, sqlite, postgres, binds }
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "a constant function can't use iterators; out of range fails the build"
)]
const fn highest_placeholder(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut highest, mut i) = (0, 0);
    while i < bytes.len() {
        if bytes[i] == b'$' {
            let mut number = 0;
            while i + 1 < bytes.len() && bytes[i + 1].is_ascii_digit() {
                i += 1;
                number = number * 10 + (bytes[i] - b'0') as usize;
            }
            if number > highest {
                highest = number;
            }
        }
        i += 1;
    }
    highest
}

/// Declares the statements of a module as constants, and `ALL` for the test that prepares each on both engines.
macro_rules! statements {
    ($($(#[$doc:meta])* $NAME:ident = [$($part:tt)+];)+) => {
        $(
            $(#[$doc])*
            const $NAME: $crate::sql::Sql = $crate::sql::Sql::new(
                concat!(module_path!(), "::", stringify!($NAME)),
                sql_text!(@sqlite [] $($part)+),
                sql_text!(@postgres [] $($part)+),
            );
        )+
        /// Every statement of this module.
        pub(crate) const ALL: &[$crate::sql::Sql] = &[$($NAME,)+];
    };
}

/// Joins a statement's parts into one engine's text.
macro_rules! sql_text {
    (@$engine:ident [$($done:expr),*]) => { concat!($($done),*) };
    (@sqlite [$($done:expr),*] { sqlite: $lite:expr, postgres: $pg:expr } $($rest:tt)*) => {
        sql_text!(@sqlite [$($done,)* $lite] $($rest)*)
    };
    (@postgres [$($done:expr),*] { sqlite: $lite:expr, postgres: $pg:expr } $($rest:tt)*) => {
        sql_text!(@postgres [$($done,)* $pg] $($rest)*)
    };
    (@$engine:ident [$($done:expr),*] $text:literal $($rest:tt)*) => {
        sql_text!(@$engine [$($done,)* $text] $($rest)*)
    };
    (@$engine:ident [$($done:expr),*] $name:ident ! ($($argument:literal),*) $($rest:tt)*) => {
        sql_text!(@$engine [$($done,)* $name!($($argument),*)] $($rest)*)
    };
}

/// Runs a statement in a transaction: `execute` gives the number of rows, `fetch_optional::<T>`, `fetch_one::<T>` and
/// `fetch_all::<T>` give records.
macro_rules! db {
    (@count) => { 0usize };
    (@count $head:expr $(, $tail:expr)*) => { 1usize + db!(@count $($tail),*) };
    (@bind $Engine:ty, $text:expr $(, $arg:expr)*) => {
        sqlx::query::<$Engine>($text)$(.bind($crate::sql::Bind::bound(&$arg)))*
    };
    ($tx:expr, $verb:ident $(::<$Record:ty>)? ($sql:expr $(, $arg:expr)* $(,)?)) => {{
        const _: () = assert!($sql.binds == db!(@count $($arg),*), "as many arguments as the highest $n");
        match $crate::database::Tx::connection($tx) {
            $crate::database::Connection::Sqlite(connection) => {
                $crate::sql::sqlite::$verb$(::<$Record>)?(db!(@bind sqlx::Sqlite, $sql.sqlite $(, $arg)*), connection).await
            }
            $crate::database::Connection::Postgres(connection) => {
                $crate::sql::postgres::$verb$(::<$Record>)?(db!(@bind sqlx::Postgres, $sql.postgres $(, $arg)*), connection).await
            }
        }
        .map_err($crate::error::StorageError::from)
    }};
}

/// Declares how a struct is read from a row whose columns have its fields' names.
macro_rules! record {
    ($Record:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::sql::Record for $Record {
            fn from_sqlite(row: &sqlx::sqlite::SqliteRow) -> sqlx::Result<Self> {
                Ok(Self { $($field: $crate::sql::sqlite::column(row, stringify!($field))?,)+ })
            }

            fn from_postgres(row: &sqlx::postgres::PgRow) -> sqlx::Result<Self> {
                Ok(Self { $($field: $crate::sql::postgres::column(row, stringify!($field))?,)+ })
            }
        }
    };
}

/// What a row of either engine is read into.
pub trait Record: Sized {
    fn from_sqlite(row: &SqliteRow) -> sqlx::Result<Self>;
    fn from_postgres(row: &PgRow) -> sqlx::Result<Self>;
}

/// The same four verbs for each engine, so that `db!` is one text.
macro_rules! engine {
    ($module:ident, $Engine:ty, $Row:ty, $Connection:ty, $Arguments:ty, $read:ident) => {
        pub(crate) mod $module {
            use sqlx::{Row, query::Query};

            use super::{Column, Record};

            pub(crate) async fn execute(
                query: Query<'_, $Engine, $Arguments>,
                connection: &mut $Connection,
            ) -> sqlx::Result<u64> {
                Ok(query.execute(connection).await?.rows_affected())
            }

            pub(crate) async fn fetch_optional<T: Record>(
                query: Query<'_, $Engine, $Arguments>,
                connection: &mut $Connection,
            ) -> sqlx::Result<Option<T>> {
                query.fetch_optional(connection).await?.as_ref().map(T::$read).transpose()
            }

            pub(crate) async fn fetch_one<T: Record>(
                query: Query<'_, $Engine, $Arguments>,
                connection: &mut $Connection,
            ) -> sqlx::Result<T> {
                T::$read(&query.fetch_one(connection).await?)
            }

            pub(crate) async fn fetch_all<T: Record>(
                query: Query<'_, $Engine, $Arguments>,
                connection: &mut $Connection,
            ) -> sqlx::Result<Vec<T>> {
                query.fetch_all(connection).await?.iter().map(T::$read).collect()
            }

            pub(crate) fn column<T: Column>(row: &$Row, name: &'static str) -> sqlx::Result<T> {
                T::read(row.try_get(name)?)
                    .map_err(|source| sqlx::Error::ColumnDecode { index: name.to_owned(), source })
            }
        }
    };
}

engine!(
    sqlite,
    sqlx::Sqlite,
    sqlx::sqlite::SqliteRow,
    sqlx::SqliteConnection,
    sqlx::sqlite::SqliteArguments,
    from_sqlite
);
engine!(
    postgres,
    sqlx::Postgres,
    sqlx::postgres::PgRow,
    sqlx::PgConnection,
    sqlx::postgres::PgArguments,
    from_postgres
);
