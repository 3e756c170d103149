//! `PATCH /v1/tasks/{id}`

use std::convert::Infallible;

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use liaison_domain::{
    id::{PersonId, TaskId},
    refusal::Refusal,
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
        fields::Fields,
        patch::Patch,
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        access::enter,
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
    title: Patch<String>,
    /// At most 64 KiB; null empties it.
    #[serde(default)]
    description: Patch<String>,
    /// How `description` is written; HTML is sanitised.
    #[serde(default)]
    description_format: Format,
    /// `draft`, `new`, `in_progress`, `done`, `completed`, `rejected`, `deferred`, `cancelled`
    #[serde(default)]
    status: Patch<String>,
    /// `low`, `normal`, `urgent`
    #[serde(default)]
    priority: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    start_at: Patch<DateTime<Utc>>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    deadline: Patch<DateTime<Utc>>,
    /// Null takes the task out of its parent.
    #[serde(default)]
    parent_id: Patch<Uuid>,
    #[serde(default)]
    assigner: Patch<Uuid>,
    /// At most 200 people. Contacts who become assignee get the task by mail (CLI-7).
    #[serde(default)]
    assignees: Patch<Vec<Uuid>>,
    /// At most 200 people.
    #[serde(default)]
    participants: Patch<Vec<Uuid>>,
    /// At most 200 people.
    #[serde(default)]
    auditors: Patch<Vec<Uuid>>,
}

/// Change a task
///
/// Assigner, auditors and administrators change everything, assignees the status, everybody in the task its people.
#[utoipa::path(
    operation_id = "update_task", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), crate::http::openapi::IfMatchParam),
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
        let entered = enter(tx, &caller, id).await?;
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
        let people = |fields: &mut Fields, field, patch: Patch<Vec<Uuid>>| {
            let ids: Option<Vec<Uuid>> = fields.change(field, patch, Ok::<_, Infallible>);
            fields.at_most(field, ids.as_ref().map_or(0, Vec::len), MAX_PEOPLE);
            ids.map(|it| it.into_iter().map(PersonId::new).collect())
        };
        let change = TaskChange {
            title: fields.change("/title", self.title, |it| Title::parse(&it)),
            description: match self.description {
                Patch::Absent => None,
                Patch::Null => Some(description(&mut fields, String::new(), Format::Text)),
                Patch::Value(text) => Some(description(&mut fields, text, self.description_format)),
            },
            status: fields.change("/status", self.status, |it| it.parse()),
            priority: fields.change("/priority", self.priority, |it| it.parse()),
            start_at: self.start_at.into_change(),
            deadline: self.deadline.into_change(),
            parent_id: self.parent_id.into_change().map(|it| it.map(TaskId::new)),
            people: People {
                assigner: fields.change("/assigner", self.assigner, Ok::<_, Infallible>).map(PersonId::new),
                assignees: people(&mut fields, "/assignees", self.assignees),
                participants: people(&mut fields, "/participants", self.participants),
                auditors: people(&mut fields, "/auditors", self.auditors),
            },
        };
        fields.finish()?;
        Ok(change)
    }
}
