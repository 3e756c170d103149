//! Lists as arguments: many ids, or many rows to insert, bound as one value; and patterns.
//!
//! The only way a list gets into a statement. A text with as many placeholders as elements would be another statement
//! for each length; one bound list is prepared once.

use chrono::SecondsFormat;
use liaison_domain::Timestamp;
use serde::Serialize;
use sqlx::{
    Encode, Postgres, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo},
    sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo},
};
use uuid::Uuid;

use crate::sql::Bind;

/// Matches a column against a list of ids bound as `$n`: ``in_ids!("$2")``.
macro_rules! in_ids {
    ($n:literal) => {
        concat!("IN (SELECT unhex(value) FROM json_each(", $n, "))")
    };
}
pub(crate) use in_ids;

/// Ids bound as one value: an array on PostgreSQL, JSON of hex texts on SQLite.
#[derive(Clone, Debug)]
pub struct Ids(Vec<Uuid>);

impl Ids {
    pub fn new(ids: impl IntoIterator<Item = Uuid>) -> Self {
        Self(ids.into_iter().collect())
    }
}

impl Bind for Ids {
    type Bound<'a> = &'a Self;

    fn bound(&self) -> &Self {
        self
    }
}

impl Type<Sqlite> for Ids {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Ids {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        let hex: Vec<String> = self.0.iter().map(|id| id.simple().to_string()).collect();
        <String as Encode<'_, Sqlite>>::encode(serde_json::to_string(&hex)?, buffer)
    }
}

impl Type<Postgres> for Ids {
    fn type_info() -> PgTypeInfo {
        <Vec<Uuid> as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for Ids {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <Vec<Uuid> as Encode<'_, Postgres>>::encode_by_ref(&self.0, buffer)
    }
}

/// Texts bound as one value.
#[derive(Clone, Debug)]
pub struct Texts(Vec<String>);

impl Texts {
    pub fn new(texts: impl IntoIterator<Item = String>) -> Self {
        Self(texts.into_iter().collect())
    }
}

impl Bind for Texts {
    type Bound<'a> = &'a Self;

    fn bound(&self) -> &Self {
        self
    }
}

impl Type<Sqlite> for Texts {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Texts {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <String as Encode<'_, Sqlite>>::encode(serde_json::to_string(&self.0)?, buffer)
    }
}

impl Type<Postgres> for Texts {
    fn type_info() -> PgTypeInfo {
        <Vec<String> as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for Texts {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <Vec<String> as Encode<'_, Postgres>>::encode_by_ref(&self.0, buffer)
    }
}

/// Rows of a bulk insert, bound as one JSON array of objects: `jsonb_to_recordset` on PostgreSQL, `json_each` on SQLite.
/// Ids in it are written by [`hex`], times by [`moment`].
pub type Rows<T> = crate::sql::Json<Vec<T>>;

/// An id inside [`Rows`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Hex(#[serde(with = "uuid::serde::simple")] Uuid);

/// The form of an id that both engines read out of JSON.
pub const fn hex(id: Uuid) -> Hex {
    Hex(id)
}

/// A time inside [`Rows`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Moment(String);

/// The form of a time that SQLite's columns have, so that it sorts among times that were bound alone.
pub fn moment(at: Timestamp) -> Moment {
    Moment(at.to_rfc3339_opts(SecondsFormat::AutoSi, false))
}

/// The LIKE pattern for a folded column that contains a text as typed; statements say `ESCAPE '\\'`.
pub(crate) fn containing(part: &str) -> String {
    let mut pattern = String::from("%");
    for c in liaison_domain::text::fold(part).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
