//! `GET /v1/contacts/exports/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::ContactExportId;
use uuid::Uuid;

use super::ExportView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, contact::export},
};

/// How far an export is
#[utoipa::path(
    operation_id = "show_contact_export", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The export")),
    responses(
        (status = 200, description = "The export", body = ExportView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contacts/exports/{id}")]
pub(in crate::http::contacts) async fn show_contact_export(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = query(&app, async |tx| export::get(tx, &caller, ContactExportId::new(*id)).await).await?;
    Ok(Answer::ok(&ExportView::from(found))?.respond(&request))
}
