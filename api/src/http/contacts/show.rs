//! `GET /v1/contacts/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::PersonId;
use uuid::Uuid;

use super::ContactView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, contact},
};

/// One contact
#[utoipa::path(
    operation_id = "show_contact", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The contact"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The contact", body = ContactView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contacts/{id}")]
pub(super) async fn show_contact(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let contact = query(&app, async |tx| contact::get(tx, &caller, PersonId::new(*id)).await).await?;
    Ok(Answer::ok(&ContactView::from(&contact))?.with_version(contact.version).respond(&request))
}
