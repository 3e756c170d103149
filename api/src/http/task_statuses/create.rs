//! `POST /v1/task-statuses`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{
    refusal::Refusal,
    task::{TaskStatus, custom::Color},
    text::Name,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{CustomStatusView, position};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, task_status},
};

/// A new status.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateTaskStatus {
    /// 1–250 characters.
    #[schema(example = "Waits for parts", max_length = 250)]
    name: String,
    /// As `#rrggbb`.
    #[schema(example = "#3b82f6")]
    color: String,
    /// The standard status of a task that has it: `draft`, `new`, `in_progress`, `done`, `completed`, `rejected`, `deferred`,
    /// `cancelled`
    #[schema(example = "in_progress")]
    counts_as: String,
    /// Its place among the account's, 0–1000000; of two at the same place the older comes first.
    #[serde(default)]
    position: i64,
}

/// Add a status of tasks
///
/// For administrators; at most 100.
#[utoipa::path(
    operation_id = "create_task_status", tag = "tasks", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateTaskStatus,
    responses(
        (status = 201, description = "Added", body = CustomStatusView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `too_many_statuses`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/task-statuses")]
pub(super) async fn create_task_status(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateTaskStatus>,
) -> Result<HttpResponse, Problem> {
    let new = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let status = task_status::create(tx, &app.env, &caller, new).await?;
        let location = format!("/v1/task-statuses/{}", status.id);
        Ok(Answer::created(&CustomStatusView::from(&status), location)?.with_version(status.version))
    })
    .await
}

impl CreateTaskStatus {
    fn read(self) -> Result<(Name, Color, TaskStatus, i64), Refusal> {
        let mut fields = Fields::default();
        let name = fields.read("/name", Name::parse(&self.name));
        let color = fields.read("/color", Color::parse(&self.color));
        let counts_as = fields.read("/counts_as", self.counts_as.parse());
        let position = fields.read("/position", position(self.position));
        match (name, color, counts_as, position) {
            (Some(name), Some(color), Some(counts_as), Some(position)) => {
                Ok((name, color, counts_as, position))
            }
            _ => Err(fields.refusal()),
        }
    }
}
