//! `POST /v1/contacts/imports:preview`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::id::FileId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ColumnView, letters};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        problem::{Problem, ProblemView},
    },
    service::{caller::StaffCaller, contact::import},
    table::Table,
};

/// Rows that are shown.
const SHOWN: usize = 10;
/// Characters of a cell that are shown.
const SHOWN_CHARS: usize = 200;

/// A table to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewContactImport {
    /// A CSV or XLSX file of `/v1/files`.
    file_id: Uuid,
}

/// What a table looks like.
#[derive(Debug, Serialize, ToSchema)]
struct ContactImportPreview {
    /// How the file was read, in words.
    #[schema(example = "CSV, windows-1251, ';'")]
    reading: String,
    /// Each column, and what it may hold by its heading.
    columns: Vec<ColumnView>,
    /// The first ten rows below the heading; of a cell the first 200 characters.
    rows: Vec<Vec<String>>,
    /// How many rows there are that are not blank.
    rows_total: usize,
}

impl From<&Table> for ContactImportPreview {
    fn from(table: &Table) -> Self {
        let guessed = import::guess(table).into_iter().zip(&table.heading).enumerate();
        let columns: Vec<ColumnView> = guessed
            .map(|(position, (field, heading))| ColumnView {
                column: letters(position),
                heading: heading.clone(),
                field: field.map(Into::into),
            })
            .collect();
        let cell = |cell: &str| cell.chars().take(SHOWN_CHARS).collect();
        let shown = table.rows.iter().take(SHOWN);
        Self {
            reading: table.reading.clone(),
            rows: shown.map(|row| (0..columns.len()).map(|i| cell(row.cell(i))).collect()).collect(),
            columns,
            rows_total: table.rows.len(),
        }
    }
}

/// Look at a table of contacts
///
/// Nothing is written. What the columns may hold is guessed by their headings, English or Russian.
#[utoipa::path(
    operation_id = "preview_contact_import", tag = "contacts", security(("bearer" = [])),
    request_body = PreviewContactImport,
    responses(
        (status = 200, description = "What it looks like", body = ContactImportPreview),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contacts/imports:preview")]
pub(in crate::http::contacts) async fn preview_contact_import(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<PreviewContactImport>,
) -> Result<HttpResponse, Problem> {
    let table = import::open(&app, &caller, FileId::new(command.body.file_id)).await?;
    Ok(Answer::ok(&ContactImportPreview::from(&table))?.into_response())
}
