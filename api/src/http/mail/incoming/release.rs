//! `POST /v1/mail/incoming/{id}:release`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{id::IncomingMailId, inbound::order::Order};
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

/// Apply a mail that was kept
///
/// Although what spoke against it still does: it goes where it belongs, and its author is whoever From names. One that nobody
/// wrote or that belongs nowhere can only be attached to a task. For administrators.
#[utoipa::path(
    operation_id = "release_incoming_mail", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mail"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 200, description = "Applied", body = IncomingMailView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `not_releasable`, `raw_gone`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail/incoming/{id}:release")]
pub(super) async fn release_incoming_mail(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = IncomingMailId::new(*id);
    let ordered = order::prepare(&app, &caller, id, Order::Release).await?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let row = order::carry_out(tx, &app, &caller, ordered).await?;
        Answer::ok(&IncomingMailView::of(row, None))
    })
    .await
}
