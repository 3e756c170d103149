//! `GET /v1/tasks/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::TaskId;
use uuid::Uuid;

use super::{TaskView, view};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{access::enter, caller::UserCaller},
};

/// One task
#[utoipa::path(
    operation_id = "show_task", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The task", body = TaskView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/tasks/{id}")]
pub(super) async fn show_task(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = TaskId::new(*id);
    let (task, version) = query(&app, async |tx| {
        enter(tx, &caller, id).await?;
        view(tx, &app, &caller, id).await
    })
    .await?;
    Ok(Answer::ok(&task)?.with_version(version).respond(&request))
}
