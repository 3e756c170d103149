//! `DELETE /v1/mail/dkim-keys/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::DkimKeyId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, dkim_key},
};

/// Delete a signing key
///
/// Nothing more is signed with it. Leave its record in the DNS for a week, for mail that is on its way. For administrators.
#[utoipa::path(
    operation_id = "delete_dkim_key", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The key")),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/mail/dkim-keys/{id}")]
pub(super) async fn delete_dkim_key(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| dkim_key::delete(tx, &app.env, &caller, DkimKeyId::new(*id)).await)
        .await
}
