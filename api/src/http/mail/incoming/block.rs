//! `POST /v1/mail/incoming/{id}:block`

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
    service::{caller::StaffCaller, incoming::order},
};

/// Block the sender of a mail
///
/// All mail with this address in From is rejected from now on, and this one where it waits. `/v1/mail/senders` takes it back.
/// Addresses of employees can't be blocked. For administrators.
#[utoipa::path(
    operation_id = "block_incoming_mail", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mail"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 200, description = "Blocked", body = IncomingMailView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `invalid_sender`, `raw_gone`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail/incoming/{id}:block")]
pub(super) async fn block_incoming_mail(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = IncomingMailId::new(*id);
    let sender = order::find_sender(&app, &caller, id).await?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let row = order::block(tx, &app, &caller, id, sender).await?;
        Answer::ok(&IncomingMailView::of(row, None))
    })
    .await
}
