//! `GET`, `PUT /v1/tasks/{id}/notification-settings`

use actix_web::{
    HttpRequest, HttpResponse, get, put,
    web::{Data, Path},
};
use liaison_domain::id::TaskId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, query, scope_of},
    },
    service::{caller::StaffCaller, notification_settings},
    view::name::TaskModeName,
};

/// What the caller wants to be told of a task.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskNotificationSettings)]
struct TaskSettingsView {
    /// `all`: every comment that he may see and every change of its status, also what he is not told of otherwise; `own`: as of
    /// any task; `off`: nothing.
    mode: TaskModeName,
}

/// What he wants to be told of the task from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetTaskNotificationSettings {
    /// `all`, `own` or `off`
    mode: String,
}

/// What the caller wants to be told of a task
#[utoipa::path(
    operation_id = "show_task_notification_settings", tag = "notifications", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task")),
    responses(
        (status = 200, description = "As it stands", body = TaskSettingsView),
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
    Ok(Answer::ok(&TaskSettingsView { mode: mode.into() })?.respond(&request))
}

/// Decide what the caller is told of a task
#[utoipa::path(
    operation_id = "set_task_notification_settings", tag = "notifications", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task")),
    request_body = SetTaskNotificationSettings,
    responses(
        (status = 200, description = "Decided", body = TaskSettingsView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[put("/v1/tasks/{id}/notification-settings")]
pub(super) async fn set_task_notification_settings(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<SetTaskNotificationSettings>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let Some(mode) = fields.read("/mode", command.body.mode.parse()) else {
        return Err(fields.refusal().into());
    };
    let id = TaskId::new(*id);
    mutate(&app, scope_of(&caller), None, async |tx| {
        notification_settings::set_mode(tx, &caller, id, mode).await?;
        Answer::ok(&TaskSettingsView { mode: mode.into() })
    })
    .await
}
