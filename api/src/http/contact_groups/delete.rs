//! `DELETE /v1/contact-groups/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::ContactGroupId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, contact::group},
};

/// Delete a group of contacts
///
/// Its contacts stay, and are in no group.
#[utoipa::path(
    operation_id = "delete_contact_group", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The group"), crate::http::openapi::IfMatchParam),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/contact-groups/{id}")]
pub(super) async fn delete_contact_group(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        let current = group::get(tx, &caller, ContactGroupId::new(*id)).await?;
        if_match.check(current.version)?;
        group::delete(tx, &app.env, &caller, &current).await
    })
    .await
}
