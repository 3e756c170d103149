//! `POST /v1/contacts/exports`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{id::ContactGroupId, refusal::Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ExportView;
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
        contact::export::{self, ExportRequest},
    },
};

/// Who is written down, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateContactExport {
    /// `csv` or `xlsx`
    format: String,
    /// Of the headings: `en` or `ru`; absent: the account's.
    language: Option<String>,
    /// Part of the name, any case; absent: everybody. At most 250 characters.
    #[schema(max_length = 250)]
    q: Option<String>,
    /// One of `/v1/contact-groups`; absent: everybody.
    group_id: Option<Uuid>,
    /// Companies alone, or persons alone; absent: both.
    is_company: Option<bool>,
}

/// Write contacts down as a table
///
/// It is written soon: `GET /v1/contacts/exports/{id}` tells how far it is and has the file when it is done, in a form that
/// `POST /v1/contacts/imports` takes in. What a spreadsheet would take for a formula is guarded by an apostrophe in CSV.
#[utoipa::path(
    operation_id = "create_contact_export", tag = "contacts", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateContactExport,
    responses(
        (status = 202, description = "It is written soon", body = ExportView),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contacts/exports")]
pub(in crate::http::contacts) async fn create_contact_export(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateContactExport>,
) -> Result<HttpResponse, Problem> {
    let request = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let export = export::create(tx, &app, &caller, request).await?;
        Answer::accepted(&ExportView::from(export))
    })
    .await
}

impl CreateContactExport {
    fn read(self) -> Result<ExportRequest, Refusal> {
        let mut fields = Fields::default();
        let format = fields.read("/format", self.format.parse());
        let language = self.language.and_then(|it| fields.read("/language", it.parse()));
        let q = fields.search("/q", self.q);
        let (Some(format), true) = (format, fields.is_empty()) else { return Err(fields.refusal()) };
        let group = self.group_id.map(ContactGroupId::new);
        Ok(ExportRequest { format, language, q, group, is_company: self.is_company })
    }
}
