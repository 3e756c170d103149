//! `/v1/contacts/exports`: contacts that are written down as tables.

pub(super) mod create;
pub(super) mod list;
pub(super) mod show;

use chrono::{DateTime, Utc};
use liaison_domain::id::ContactGroupId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    service::contact::export::Export,
    view::{
        file::FileView,
        name::{LanguageName, TableFormatName, TransferStateName},
        person::PersonView,
    },
};

/// Contacts that are written down as a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactExport)]
pub(super) struct ExportView {
    id: Uuid,
    state: TransferStateName,
    format: TableFormatName,
    /// Of the headings.
    language: LanguageName,
    /// Part of the name of those who are in it; null: everybody.
    #[schema(required)]
    q: Option<String>,
    /// The group of those who are in it; null: everybody.
    #[schema(required)]
    group_id: Option<Uuid>,
    /// Companies alone, or persons alone; null: both.
    #[schema(required)]
    is_company: Option<bool>,
    /// Contacts that are written.
    rows_done: i64,
    /// The table when it is done, for whoever asked for it and for administrators: `/v1/files/{id}/content`.
    #[schema(required)]
    file: Option<FileView>,
    /// Why it was given up.
    #[schema(required)]
    problem: Option<String>,
    #[schema(required)]
    created_by: Option<PersonView>,
    created_at: DateTime<Utc>,
    #[schema(required)]
    finished_at: Option<DateTime<Utc>>,
}

impl From<Export> for ExportView {
    fn from(Export { row, created_by, file }: Export) -> Self {
        Self {
            id: row.id.uuid(),
            state: row.state.into(),
            format: row.format.into(),
            language: row.language.into(),
            q: row.q,
            group_id: row.group_id.map(ContactGroupId::uuid),
            is_company: row.is_company,
            rows_done: row.rows_done,
            file: file.as_ref().map(FileView::from),
            problem: row.problem,
            created_by: created_by.as_ref().map(PersonView::from),
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}
