//! `DELETE /v1/contacts/{id}/link`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::PersonId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, contact},
};

/// End a contact's link
///
/// Nothing that is addressed to him crosses any more; what did stays on both sides.
#[utoipa::path(
    operation_id = "unlink_contact", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The contact")),
    responses(
        (status = 204, description = "Not linked any more"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/contacts/{id}/link")]
pub(super) async fn unlink_contact(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        let current = contact::get(tx, &caller, PersonId::new(*id)).await?;
        contact::unlink(tx, &app, &caller, &current).await
    })
    .await
}
