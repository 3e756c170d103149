//! `DELETE /v1/contacts/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::PersonId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, contact},
};

/// Delete a contact
///
/// He can't be found or addressed any more and his addresses become free; what he wrote stays in its tasks.
#[utoipa::path(
    operation_id = "delete_contact", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The contact"), crate::http::openapi::IfMatchParam),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/contacts/{id}")]
pub(super) async fn delete_contact(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        let current = contact::get(tx, &caller, PersonId::new(*id)).await?;
        if_match.check(current.version)?;
        contact::delete(tx, &app, &caller, &current).await
    })
    .await
}
