//! `DELETE /v1/mail/suppressions/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::SuppressionId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, suppression},
};

/// Let mail leave to an address again
///
/// What was kept back stays so. For administrators.
#[utoipa::path(
    operation_id = "delete_suppression", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The suppression")),
    responses(
        (status = 204, description = "Mail leaves again"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/mail/suppressions/{id}")]
pub(super) async fn delete_suppression(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        suppression::delete(tx, &app.env, &caller, SuppressionId::new(*id)).await
    })
    .await
}
