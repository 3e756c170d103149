//! `GET /v1/contacts/imports/{id}/rows`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::{contact::table::Column, id::ContactImportId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{
        caller::StaffCaller,
        contact::import::{self, Reported},
    },
    view::{
        name::{RowOutcomeName, TableColumnName},
        person::PersonView,
    },
};

/// Which part of the report.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListContactImportRows {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// What became of a row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactImportRow)]
struct RowView {
    /// As a spreadsheet counts: the heading is 1, blank rows count.
    row: i64,
    outcome: RowOutcomeName,
    /// Null where the row failed.
    #[schema(required)]
    contact: Option<PersonView>,
    /// Why it failed.
    #[schema(required)]
    problem: Option<RowProblemView>,
}

/// Why a row was not taken in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactImportProblem)]
struct RowProblemView {
    #[schema(required)]
    field: Option<TableColumnName>,
    /// As in the `errors` of a refusal: `invalid`, `too_long`, `too_many`, `required`, `taken`, `reserved`, `unknown_id`.
    code: String,
    detail: String,
}

impl From<Reported> for RowView {
    fn from(Reported { row, contact }: Reported) -> Self {
        let field = row.problem_field.and_then(|it| it.parse::<Column>().ok()).map(TableColumnName::from);
        let detail = row.problem_detail.unwrap_or_default();
        Self {
            row: row.number,
            outcome: row.outcome.into(),
            contact: contact.as_ref().map(PersonView::from),
            problem: row.problem_code.map(|code| RowProblemView { field, code, detail }),
        }
    }
}

/// What became of each row
///
/// In the order of the table, as far as it is taken in.
#[utoipa::path(
    operation_id = "list_contact_import_rows", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The import"), ListContactImportRows),
    responses(
        (status = 200, description = "A page", body = PageView<RowView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contacts/imports/{id}/rows")]
pub(in crate::http::contacts) async fn list_contact_import_rows(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    parameters: Query<ListContactImportRows>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let id = ContactImportId::new(*id);
    let rows = query(&app, async |tx| import::list_report(tx, &caller, id, page).await).await?;
    Ok(Answer::ok(&PageView::of(rows, RowView::from))?.respond(&request))
}
