//! `PATCH /v1/task-statuses/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{id::TaskStatusId, refusal::Refusal, task::custom::Color, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CustomStatusView, position};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        patch::Change,
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        task_status::{self, StatusChange},
    },
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateTaskStatus {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    name: Change<String>,
    /// As `#rrggbb`.
    #[serde(default)]
    #[schema(value_type = String)]
    color: Change<String>,
    /// Stays while a task has the status.
    #[serde(default)]
    #[schema(value_type = String)]
    counts_as: Change<String>,
    /// 0–1000000
    #[serde(default)]
    #[schema(value_type = i64)]
    position: Change<i64>,
}

/// Change a status of tasks
///
/// For administrators.
#[utoipa::path(
    operation_id = "update_task_status", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The status"), crate::http::openapi::IfMatchParam),
    request_body = UpdateTaskStatus,
    responses(
        (status = 200, description = "Changed", body = CustomStatusView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `status_in_use`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/task-statuses/{id}")]
pub(super) async fn update_task_status(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateTaskStatus>,
) -> Result<HttpResponse, Problem> {
    let change = command.body.read()?;
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = task_status::get_to_change(tx, &caller, TaskStatusId::new(*id)).await?;
        if_match.check(current.version)?;
        let status = task_status::update(tx, &app.env, &caller, current, change).await?;
        Ok(Answer::ok(&CustomStatusView::from(&status))?.with_version(status.version))
    })
    .await
}

impl UpdateTaskStatus {
    fn read(self) -> Result<StatusChange, Refusal> {
        let mut fields = Fields::default();
        let change = StatusChange {
            name: fields.change("/name", self.name, |it| Name::parse(&it)),
            color: fields.change("/color", self.color, |it| Color::parse(&it)),
            counts_as: fields.change("/counts_as", self.counts_as, |it| it.parse()),
            position: fields.change("/position", self.position, position),
        };
        fields.finish()?;
        Ok(change)
    }
}
