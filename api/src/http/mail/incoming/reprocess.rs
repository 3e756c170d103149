//! `POST /v1/mail/incoming/{id}:reprocess`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::id::IncomingMailId;
use uuid::Uuid;

use super::IncomingMailView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::{Command, Empty},
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, incoming::ledger},
};

/// Look at a mail once more
///
/// At one that is `quarantined`, `failed` or rejected for its sender, as if it came now. For administrators.
#[utoipa::path(
    operation_id = "reprocess_incoming_mail", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mail"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 202, description = "It will be looked at", body = IncomingMailView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `not_retryable`, `raw_gone`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail/incoming/{id}:reprocess")]
pub(super) async fn reprocess_incoming_mail(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = IncomingMailId::new(*id);
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let row = ledger::reprocess(tx, &app, &caller, id).await?;
        Answer::accepted(&IncomingMailView::of(row, None))
    })
    .await
}
