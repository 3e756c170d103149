//! `GET /v1/tasks/{id}/raw`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::TaskId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        download,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{access::enter, caller::StaffCaller, incoming::ledger},
};

/// The mail that a task began with
///
/// Its bytes as they were received (TBM-16); Range requests are answered. 404 where no mail began it.
#[utoipa::path(
    operation_id = "show_task_raw", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task")),
    responses(
        (status = 200, description = "The whole mail", body = String, content_type = "message/rfc822"),
        (status = 206, description = "The part asked for", body = String, content_type = "message/rfc822"),
        (status = 304, description = "The caller has it"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `range_not_satisfiable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/tasks/{id}/raw")]
pub(super) async fn show_task_raw(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (file, inline) = query(&app, async |tx| {
        let entered = enter(tx, &caller, TaskId::new(*id)).await?;
        let row = ledger::get_of_task(tx, &caller, &entered.task).await?;
        ledger::get_raw(tx, caller.account, &row).await
    })
    .await?;
    download::respond_mail(&app.storage, &request, &file, inline).await
}
