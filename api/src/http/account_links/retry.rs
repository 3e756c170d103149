//! `POST /v1/account-links/parked/{id}:retry`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::id::LinkOperationId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::{Command, Empty},
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, link::report},
};

/// Try an operation anew that was given up
///
/// With it what waits behind it. For administrators.
#[utoipa::path(
    operation_id = "retry_parked_operation", tag = "account-links", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The operation"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 204, description = "It will be tried"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/account-links/parked/{id}:retry")]
pub(super) async fn retry_parked_operation(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        report::retry(tx, &app, &caller, LinkOperationId::new(*id)).await?;
        Ok(Answer::no_content())
    })
    .await
}
