//! `POST /v1/contacts/imports`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{
    contact::table::MatchBy,
    id::{ContactGroupId, FileId},
    refusal::{FieldCode, Refusal},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ImportView, position};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        contact::import::{self, ImportRequest},
    },
    table::Limits,
};

/// A table to be taken in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateContactImport {
    /// A CSV or XLSX file of `/v1/files`.
    file_id: Uuid,
    /// What becomes of who is there already: `ignore_existing`, `update_existing`, or `all_new`, which may give an address to
    /// several.
    mode: String,
    /// Who is there already: `email`, `phone` or `name`; absent: `email`.
    match_by: Option<String>,
    /// What the columns hold; absent: what their headings say. At most 100. Of several of `email` the first is the main address.
    #[schema(max_items = 100)]
    columns: Option<Vec<ColumnInput>>,
    /// One of `/v1/contact-groups`, for new contacts of whom the table tells no group.
    group_id: Option<Uuid>,
    /// Whether new contacts are companies of whom the table does not tell.
    #[serde(default)]
    is_company: bool,
}

/// What a column holds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ColumnInput {
    /// By its letters, as a spreadsheet counts: `A` is the first.
    #[schema(example = "B")]
    column: String,
    /// What it holds: a `ContactField`.
    #[schema(example = "email")]
    field: String,
}

/// Take in a table of contacts
///
/// The table is looked at now and taken in soon, some rows at a time: `GET /v1/contacts/imports/{id}` tells how far it is, and
/// `/rows` what became of each row. A company that a contact names and that is unknown is made, and so is a group (DUP-7).
#[utoipa::path(
    operation_id = "create_contact_import", tag = "contacts", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateContactImport,
    responses(
        (status = 202, description = "It is taken in soon", body = ImportView),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contacts/imports")]
pub(in crate::http::contacts) async fn create_contact_import(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateContactImport>,
) -> Result<HttpResponse, Problem> {
    let request = command.body.read()?;
    let table = import::open(&app, &caller, request.file).await?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let import = import::create(tx, &app, &caller, &request, &table).await?;
        Answer::accepted(&ImportView::from(import))
    })
    .await
}

impl CreateContactImport {
    fn read(self) -> Result<ImportRequest, Refusal> {
        let mut fields = Fields::default();
        let mode = fields.read("/mode", self.mode.parse());
        let match_by = match self.match_by {
            Some(name) => fields.read("/match_by", name.parse()),
            None => Some(MatchBy::Email),
        };
        let max = Limits::default().columns;
        fields.at_most("/columns", self.columns.as_ref().map_or(0, Vec::len), max);
        let columns = self.columns.map(|columns| {
            let mut read = Vec::new();
            for (i, it) in columns.iter().enumerate() {
                let column = position(&it.column).filter(|it| *it < max);
                if column.is_none() {
                    let detail = "must be the letters of a column, of the first hundred";
                    fields.note(format!("/columns/{i}/column"), FieldCode::Invalid, detail);
                }
                let field = fields.read(format!("/columns/{i}/field"), it.field.parse());
                read.extend(column.zip(field));
            }
            read
        });
        let (Some(mode), Some(match_by), true) = (mode, match_by, fields.is_empty()) else {
            return Err(fields.refusal());
        };
        Ok(ImportRequest {
            file: FileId::new(self.file_id),
            mode,
            match_by,
            columns,
            group: self.group_id.map(ContactGroupId::new),
            is_company: self.is_company,
        })
    }
}
