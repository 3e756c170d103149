//! `POST /v1/mail/incoming/{id}:attach`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{
    id::{IncomingMailId, TaskId},
    inbound::order::Order,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::IncomingMailView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, incoming::order},
};

/// Where the mail goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttachIncomingMail {
    task_id: Uuid,
}

/// Add a mail that was kept to a task
///
/// As a comment by whoever From names, else by the caller. A mail that can't be read is attached as a file. For
/// administrators.
#[utoipa::path(
    operation_id = "attach_incoming_mail", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mail"), crate::http::openapi::IdempotencyKeyParam),
    request_body = AttachIncomingMail,
    responses(
        (status = 200, description = "Applied", body = IncomingMailView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `not_releasable`, `raw_gone`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail/incoming/{id}:attach")]
pub(super) async fn attach_incoming_mail(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<AttachIncomingMail>,
) -> Result<HttpResponse, Problem> {
    let id = IncomingMailId::new(*id);
    let order = Order::Attach(TaskId::new(command.body.task_id));
    let ordered = order::prepare(&app, &caller, id, order).await?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let row = order::carry_out(tx, &app, &caller, ordered).await?;
        Answer::ok(&IncomingMailView::of(row, None))
    })
    .await
}
