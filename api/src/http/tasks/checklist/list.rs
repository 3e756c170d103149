//! `GET /v1/tasks/{id}/checklist`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::TaskId;
use liaison_persistence::checklist;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ChecklistItemView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{access::enter, caller::UserCaller},
};

/// The steps of a task in their order.
#[derive(Debug, Serialize, ToSchema)]
struct Checklist {
    items: Vec<ChecklistItemView>,
}

/// List the steps of a task
///
/// In their order, all of them. Contacts don't see them (DASH-6).
#[utoipa::path(
    operation_id = "list_checklist", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task")),
    responses(
        (status = 200, description = "The steps, with the task's version", body = Checklist),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/tasks/{id}/checklist")]
pub(super) async fn list_checklist(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (items, version) = query(&app, async |tx| {
        let task = enter(tx, &caller, TaskId::new(*id)).await?.task;
        Ok((checklist::list(tx, caller.account, task.id).await?, task.version))
    })
    .await?;
    let items = items.into_iter().map(ChecklistItemView::from).collect();
    Ok(Answer::ok(&Checklist { items })?.with_version(version).respond(&request))
}
