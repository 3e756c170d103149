//! `GET /v1/contact-groups/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::ContactGroupId;
use uuid::Uuid;

use super::ContactGroupView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, contact::group},
};

/// One group of contacts
#[utoipa::path(
    operation_id = "show_contact_group", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The group"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The group", body = ContactGroupView),
        (status = 304, description = "The caller has it"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contact-groups/{id}")]
pub(super) async fn show_contact_group(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let group = query(&app, async |tx| group::get(tx, &caller, ContactGroupId::new(*id)).await).await?;
    Ok(Answer::ok(&ContactGroupView::from(&group))?.with_version(group.version).respond(&request))
}
