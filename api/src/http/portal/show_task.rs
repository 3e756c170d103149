//! `GET /v1/portal/tasks/{id}`

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::TaskId;
use uuid::Uuid;

use super::PortalTaskView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::PortalCaller, portal::reading},
};

/// Show a contact's task
///
/// The description is there where it was sent to him, and he still has a role in the task, or where it is in his own words
/// (DASH-6).
#[utoipa::path(
    operation_id = "show_portal_task", tag = "portal", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task")),
    responses(
        (status = 200, description = "The task", body = PortalTaskView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/portal/tasks/{id}")]
pub(super) async fn show_portal_task(
    app: Data<App>,
    caller: PortalCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let task = query(&app, async |tx| reading::get_task(tx, &caller, TaskId::new(*id)).await).await?;
    Ok(Answer::ok(&PortalTaskView::from(task))?.into_response())
}
