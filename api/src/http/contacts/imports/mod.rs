//! `/v1/contacts/imports`: tables of contacts that are taken in.

pub(super) mod create;
pub(super) mod list;
pub(super) mod preview;
pub(super) mod rows;
pub(super) mod show;

use chrono::{DateTime, Utc};
use liaison_domain::{contact::table::Column, id::ContactGroupId};
use liaison_persistence::contact::import::MappedColumn;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    service::contact::import::Import,
    view::{
        name::{ImportModeName, MatchByName, TableColumnName, TransferStateName},
        person::PersonView,
    },
};

/// A table of contacts that is taken in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactImport)]
pub(super) struct ImportView {
    id: Uuid,
    /// `failed`: given up; what was taken in stays.
    state: TransferStateName,
    file_id: Uuid,
    file_name: String,
    mode: ImportModeName,
    match_by: MatchByName,
    /// The columns that are taken.
    columns: Vec<ColumnView>,
    /// The group of those of whom the table tells none.
    #[schema(required)]
    group_id: Option<Uuid>,
    /// Whether those are companies of whom the table does not tell.
    is_company: bool,
    rows: ProgressView,
    /// Why it was given up.
    #[schema(required)]
    problem: Option<String>,
    #[schema(required)]
    created_by: Option<PersonView>,
    created_at: DateTime<Utc>,
    #[schema(required)]
    finished_at: Option<DateTime<Utc>>,
}

/// What a column of a table holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactImportColumn)]
pub(super) struct ColumnView {
    /// By its letters, as a spreadsheet counts.
    #[schema(example = "B")]
    column: String,
    heading: String,
    /// Null where it is not taken.
    #[schema(required)]
    field: Option<TableColumnName>,
}

/// Rows that are not blank, and what became of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactImportProgress)]
struct ProgressView {
    total: i64,
    done: i64,
    created: i64,
    updated: i64,
    /// Their contacts were there and are as they were.
    ignored: i64,
    failed: i64,
}

impl From<Import> for ImportView {
    fn from(Import { row, created_by }: Import) -> Self {
        Self {
            id: row.id.uuid(),
            state: row.state.into(),
            file_id: row.file_id.uuid(),
            file_name: row.file_name,
            mode: row.mode.into(),
            match_by: row.match_by.into(),
            columns: row.columns.0.into_iter().map(ColumnView::from).collect(),
            group_id: row.group_id.map(ContactGroupId::uuid),
            is_company: row.is_company,
            rows: ProgressView {
                total: row.rows_total,
                done: row.rows_done,
                created: row.created,
                updated: row.updated,
                ignored: row.ignored,
                failed: row.failed,
            },
            problem: row.problem,
            created_by: created_by.as_ref().map(PersonView::from),
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

impl From<MappedColumn> for ColumnView {
    fn from(mapped: MappedColumn) -> Self {
        let field = mapped.field.parse::<Column>().ok().map(TableColumnName::from);
        Self { column: letters(mapped.position), heading: mapped.heading, field }
    }
}

/// The letters of a column that is counted from 0.
fn letters(position: usize) -> String {
    let letter = |n: usize| u8::try_from(n % 26).map_or('?', |n| char::from(b'A' + n));
    match position / 26 {
        0 => letter(position).to_string(),
        n => letters(n - 1) + &letter(position).to_string(),
    }
}

/// The column, counted from 0, of some letters; any case.
fn position(letters: &str) -> Option<usize> {
    let is_column = (1..=3).contains(&letters.len()) && letters.bytes().all(|it| it.is_ascii_alphabetic());
    let digit = |it: u8| usize::from(it.to_ascii_uppercase().saturating_sub(b'A')) + 1;
    let number = letters.bytes().take(3).fold(0, |n, it| n * 26 + digit(it));
    if is_column { number.checked_sub(1) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_go_by_letters() {
        for (n, name) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
        {
            assert_eq!((letters(n), position(name)), (name.to_owned(), Some(n)));
        }
        assert_eq!(position("b"), Some(1));
        assert!(["", "1", "A1", "Я", "AAAA"].iter().all(|it| position(it).is_none()));
    }
}
