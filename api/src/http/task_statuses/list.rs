//! `GET /v1/task-statuses`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::CustomStatusView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, task_status},
};

/// The account's own statuses in their order.
#[derive(Debug, Serialize, ToSchema)]
struct CustomStatuses {
    items: Vec<CustomStatusView>,
}

/// List the account's own statuses of tasks
///
/// In their order, all of them.
#[utoipa::path(
    operation_id = "list_task_statuses", tag = "tasks", security(("bearer" = [])),
    responses(
        (status = 200, description = "The statuses", body = CustomStatuses),
        (status = "4XX", description = "Refused: `unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/task-statuses")]
pub(super) async fn list_task_statuses(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let statuses = query(&app, async |tx| task_status::list(tx, &caller).await).await?;
    let items = statuses.iter().map(CustomStatusView::from).collect();
    Ok(Answer::ok(&CustomStatuses { items })?.respond(&request))
}
