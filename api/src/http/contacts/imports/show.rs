//! `GET /v1/contacts/imports/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::ContactImportId;
use uuid::Uuid;

use super::ImportView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, contact::import},
};

/// How far an import is
#[utoipa::path(
    operation_id = "show_contact_import", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The import")),
    responses(
        (status = 200, description = "The import", body = ImportView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contacts/imports/{id}")]
pub(in crate::http::contacts) async fn show_contact_import(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = query(&app, async |tx| import::get(tx, &caller, ContactImportId::new(*id)).await).await?;
    Ok(Answer::ok(&ImportView::from(found))?.respond(&request))
}
