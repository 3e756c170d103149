//! `GET /v1/contacts/{id}/access`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::PersonId;
use uuid::Uuid;

use super::{AccessView, shown};
use crate::{
    app::App,
    http::{
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, external_access},
};

/// A contact's access
///
/// One who was not invited has none (404).
#[utoipa::path(
    operation_id = "show_contact_access", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The contact"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The access", body = AccessView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contacts/{id}/access")]
pub(super) async fn show_contact_access(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let access = query(&app, async |tx| external_access::get(tx, &caller, PersonId::new(*id)).await).await?;
    Ok(shown(access)?.respond(&request))
}
