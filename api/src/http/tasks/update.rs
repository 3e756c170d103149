//! `PATCH /v1/tasks/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use liaison_domain::{
    id::{PersonId, ProjectId, TaskId, TaskStatusId},
    refusal::{FieldCode, Refusal},
    text::Title,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TaskView,
    input::{Format, MAX_PEOPLE, description},
    view,
};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::{Fields, moment},
        patch::{Change, Patch},
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        access::enter_to_change,
        caller::StaffCaller,
        task::{self, People, TaskChange},
    },
};

/// What changes; absent fields stay, lists of people are replaced whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateTask {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    title: Change<String>,
    /// At most 64 KiB; null empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    description: Patch<String>,
    /// How `description` is written; HTML is sanitized.
    #[serde(default)]
    description_format: Format,
    /// `draft`, `new`, `in_progress`, `done`, `completed`, `rejected`, `deferred`, `cancelled`
    #[serde(default)]
    #[schema(value_type = String)]
    status: Change<String>,
    /// One of the account's own, in place of `status`; null leaves the standard one.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    custom_status_id: Patch<Uuid>,
    /// `low`, `normal`, `urgent`
    #[serde(default)]
    #[schema(value_type = String)]
    priority: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    start_at: Patch<DateTime<Utc>>,
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    deadline: Patch<DateTime<Utc>>,
    /// Null takes the task out of its parent.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    parent_id: Patch<Uuid>,
    /// Null takes the task out of its project.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    project_id: Patch<Uuid>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    counterparty: Patch<Uuid>,
    /// Whether those of the counterparty's contacts see it who see their companies' tasks (EXT-9).
    #[serde(default)]
    #[schema(value_type = bool)]
    company_access: Change<bool>,
    #[serde(default)]
    #[schema(value_type = Uuid)]
    assigner: Change<Uuid>,
    /// At most 200 people. Contacts who become assignee get the task by mail (CLI-7).
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    assignees: Change<Vec<Uuid>>,
    /// At most 200 people.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    participants: Change<Vec<Uuid>>,
    /// At most 200 people.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    auditors: Change<Vec<Uuid>>,
}

/// Change a task
///
/// Assigner, auditors and administrators change everything, assignees the status, everybody in the task its assignees and
/// participants. A list of people may keep who holds the role already, even who could not join any more. A new counterparty passes
/// to the tasks below that were about the same one (CT-4).
#[utoipa::path(
    operation_id = "update_task", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), crate::http::openapi::IfMatchParam),
    request_body = UpdateTask,
    responses(
        (status = 200, description = "Changed", body = TaskView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `contact_not_selectable`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/tasks/{id}")]
pub(super) async fn update_task(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateTask>,
) -> Result<HttpResponse, Problem> {
    let (id, change) = (TaskId::new(*id), command.body.read()?);
    mutate(&app, scope_of(&caller), None, async |tx| {
        if change.counterparty.is_some() {
            task::lock_to_pass_on(tx, caller.account, id).await?;
        }
        let entered = enter_to_change(tx, &caller, id).await?;
        if_match.check(entered.task.version)?;
        task::update(tx, &app, &caller, entered, change).await?;
        let (task, version) = view(tx, &app, &caller, id).await?;
        Ok(Answer::ok(&task)?.with_version(version))
    })
    .await
}

impl UpdateTask {
    fn read(self) -> Result<TaskChange, Refusal> {
        let mut fields = Fields::default();
        let people = |fields: &mut Fields, field, change: Change<Vec<Uuid>>| {
            fields.at_most(field, change.0.as_ref().map_or(0, Vec::len), MAX_PEOPLE);
            change.0.map(|it| it.into_iter().map(PersonId::new).collect())
        };
        if self.status.0.is_some() && matches!(self.custom_status_id, Patch::Value(_)) {
            fields.note("/custom_status_id", FieldCode::Invalid, "stands beside status; send one of them");
        }
        let change = TaskChange {
            title: fields.change("/title", self.title, |it| Title::parse(&it)),
            description: match self.description {
                Patch::Absent => None,
                Patch::Null => Some(description(&mut fields, String::new(), Format::Text)),
                Patch::Value(text) => Some(description(&mut fields, text, self.description_format)),
            },
            status: fields.change("/status", self.status, |it| it.parse()),
            custom_status: self.custom_status_id.into_change().map(|it| it.map(TaskStatusId::new)),
            reason: None,
            priority: fields.change("/priority", self.priority, |it| it.parse()),
            start_at: fields.clearable("/start_at", self.start_at, moment).into_change(),
            deadline: fields.clearable("/deadline", self.deadline, moment).into_change(),
            parent_id: self.parent_id.into_change().map(|it| it.map(TaskId::new)),
            project_id: self.project_id.into_change().map(|it| it.map(ProjectId::new)),
            counterparty: self.counterparty.into_change().map(|it| it.map(PersonId::new)),
            company_access: self.company_access.0,
            people: People {
                assigner: self.assigner.0.map(PersonId::new),
                assignees: people(&mut fields, "/assignees", self.assignees),
                participants: people(&mut fields, "/participants", self.participants),
                auditors: people(&mut fields, "/auditors", self.auditors),
            },
        };
        fields.finish()?;
        Ok(change)
    }
}
