//! `GET`, `PUT /v1/tasks/{id}/notification-settings`

use actix_web::{
    HttpRequest, HttpResponse, get, put,
    web::{Data, Path},
};
use liaison_domain::id::TaskId;
use uuid::Uuid;

use super::{ModeView, SetNotificationMode};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        problem::{Problem, ProblemView},
        transact::{mutate, query, scope_of},
    },
    service::{caller::StaffCaller, notification_settings},
};

/// What the caller wants to be told of a task
///
/// What is in force: what he decided about the task, else about its project.
#[utoipa::path(
    operation_id = "show_task_notification_settings", tag = "notifications", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task")),
    responses(
        (status = 200, description = "As it stands", body = ModeView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/tasks/{id}/notification-settings")]
pub(super) async fn show_task_notification_settings(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = TaskId::new(*id);
    let mode = query(&app, async |tx| notification_settings::get_mode(tx, &caller, id).await).await?;
    Ok(Answer::ok(&ModeView { mode: mode.into() })?.respond(&request))
}

/// Decide what the caller is told of a task
#[utoipa::path(
    operation_id = "set_task_notification_settings", tag = "notifications", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task")),
    request_body = SetNotificationMode,
    responses(
        (status = 200, description = "Decided", body = ModeView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[put("/v1/tasks/{id}/notification-settings")]
pub(super) async fn set_task_notification_settings(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<SetNotificationMode>,
) -> Result<HttpResponse, Problem> {
    let (id, mode) = (TaskId::new(*id), command.body.read()?);
    mutate(&app, scope_of(&caller), None, async |tx| {
        notification_settings::set_mode(tx, &caller, id, mode).await?;
        Answer::ok(&ModeView { mode: mode.into() })
    })
    .await
}
