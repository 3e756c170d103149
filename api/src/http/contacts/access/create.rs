//! `POST /v1/contacts/{id}/access`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::id::PersonId;
use uuid::Uuid;

use super::AccessView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::{Command, Empty},
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, external_access},
};

/// Let a contact sign in
///
/// For administrators, and employees who have `manages_external_access`. He is mailed an invitation with a link, and signs in with
/// his main address once he has accepted (`POST /v1/invitations:accept`).
#[utoipa::path(
    operation_id = "create_contact_access", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The contact"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 201, description = "Invited", body = AccessView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `access_exists`, `no_address`, `contact_is_spam`, `rate_limited`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contacts/{id}/access")]
pub(super) async fn create_contact_access(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = PersonId::new(*id);
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let access = external_access::invite(tx, &app, &caller, id).await?;
        let version = access.row.version;
        let place = format!("/v1/contacts/{id}/access");
        Ok(Answer::created(&AccessView::from(access), place)?.with_version(version))
    })
    .await
}
