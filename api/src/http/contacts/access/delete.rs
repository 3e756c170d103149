//! `DELETE /v1/contacts/{id}/access`

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
    service::{caller::StaffCaller, external_access},
};

/// End a contact's access
///
/// Or take his invitation back. His sessions end at once; what he wrote stays.
#[utoipa::path(
    operation_id = "delete_contact_access", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The contact"), crate::http::openapi::IfMatchParam),
    responses(
        (status = 204, description = "Ended"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/contacts/{id}/access")]
pub(super) async fn delete_contact_access(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        let current = external_access::get(tx, &caller, PersonId::new(*id)).await?;
        if_match.check(current.row.version)?;
        external_access::withdraw(tx, &app, &caller, &current).await
    })
    .await
}
