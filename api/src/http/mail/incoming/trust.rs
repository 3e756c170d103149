//! `POST /v1/mail/incoming/{id}:trust`

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

/// Trust the sender of a mail
///
/// He is known from now on, neither blocked nor a spammer any more, and the mail is looked at once more where it waits.
/// `/v1/mail/senders` takes it back. It is no proof: what names an employee in From needs one as before. For administrators.
#[utoipa::path(
    operation_id = "trust_incoming_mail", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mail"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 202, description = "Trusted; the mail will be looked at", body = IncomingMailView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `invalid_sender`, `raw_gone`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail/incoming/{id}:trust")]
pub(super) async fn trust_incoming_mail(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = IncomingMailId::new(*id);
    let sender = order::find_sender(&app, &caller, id).await?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let row = order::trust(tx, &app, &caller, id, sender).await?;
        Answer::accepted(&IncomingMailView::of(row, None))
    })
    .await
}
