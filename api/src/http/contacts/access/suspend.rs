//! `POST /v1/contacts/{id}/access:suspend`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::id::PersonId;
use uuid::Uuid;

use super::{AccessView, shown};
use crate::{
    app::App,
    http::{
        command::{Command, Empty},
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, external_access},
};

/// Suspend a contact's access
///
/// His sessions end at once, and he can't sign in until it is given back.
#[utoipa::path(
    operation_id = "suspend_contact_access", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The contact"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 200, description = "The access", body = AccessView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `not_accepted`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contacts/{id}/access:suspend")]
pub(super) async fn suspend_contact_access(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = PersonId::new(*id);
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        shown(external_access::set_suspended(tx, &app, &caller, id, true).await?)
    })
    .await
}
