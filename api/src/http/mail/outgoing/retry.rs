//! `POST /v1/mail/outgoing/{id}:retry`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::id::OutgoingMailId;
use uuid::Uuid;

use super::OutgoingMailView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::{Command, Empty},
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, outgoing_mail},
};

/// Send a mail anew
///
/// At once, under the same Message-ID: one that is `deferred`, `failed` or `unknown`.
#[utoipa::path(
    operation_id = "retry_outgoing_mail", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mail"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 202, description = "It will be sent", body = OutgoingMailView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `not_retryable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail/outgoing/{id}:retry")]
pub(super) async fn retry_outgoing_mail(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = OutgoingMailId::new(*id);
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let entry = outgoing_mail::retry(tx, &app, &caller, id).await?;
        Answer::accepted(&OutgoingMailView::from(&entry))
    })
    .await
}
