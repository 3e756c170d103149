//! `GET /v1/mail/incoming/{id}/raw`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::IncomingMailId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        download,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, incoming::ledger},
};

/// The bytes of an incoming mail
///
/// As they were received; Range requests are answered. For administrators.
#[utoipa::path(
    operation_id = "show_incoming_mail_raw", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mail")),
    responses(
        (status = 200, description = "The whole mail", body = String, content_type = "message/rfc822"),
        (status = 206, description = "The part asked for", body = String, content_type = "message/rfc822"),
        (status = 304, description = "The caller has it"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `raw_gone`, `range_not_satisfiable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail/incoming/{id}/raw")]
pub(super) async fn show_incoming_mail_raw(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (file, inline) = query(&app, async |tx| {
        let row = ledger::get(tx, &caller, IncomingMailId::new(*id)).await?;
        ledger::get_raw(tx, caller.account, &row).await
    })
    .await?;
    download::respond_mail(&app.storage, &request, &file, inline).await
}
