//! `PATCH /v1/task-templates/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{
    id::{ProjectId, TaskTemplateId},
    refusal::Refusal,
    task::template::TemplatePart,
    text::{Name, Title},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TaskTemplateView,
    input::{checklist, hours, people},
    view,
};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        patch::{Change, Patch},
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        tasks::{Format, description},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        task_template::{self, TemplateChange},
    },
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateTaskTemplate {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    name: Change<String>,
    /// The title of its tasks, 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    title: Change<String>,
    /// At most 64 KiB.
    #[serde(default)]
    #[schema(value_type = String)]
    description: Change<String>,
    /// How `description` is written; HTML is sanitized.
    #[serde(default)]
    description_format: Format,
    /// `low`, `normal`, `urgent`
    #[serde(default)]
    #[schema(value_type = String)]
    priority: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    project_id: Patch<Uuid>,
    /// The contact whom its tasks are about.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    counterparty_id: Patch<Uuid>,
    /// At most 200 people.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    assignees: Change<Vec<Uuid>>,
    /// At most 200 people.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    participants: Change<Vec<Uuid>>,
    /// At most 200 people. The project's auditors come beside them.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    auditors: Change<Vec<Uuid>>,
    /// The steps, at most 150 (LIM-1) of 1–250 characters.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 150)]
    checklist: Change<Vec<String>>,
    /// From the making of a task to its deadline, 1–87600.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    deadline_in_hours: Patch<i64>,
}

/// Change a template of tasks
///
/// For administrators and the auditors of its project, of a new one too. Tasks that were made by it stay as they are. A list of
/// people may keep who is in it already, even who could not join any more.
#[utoipa::path(
    operation_id = "update_task_template", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The template"), crate::http::openapi::IfMatchParam),
    request_body = UpdateTaskTemplate,
    responses(
        (status = 200, description = "Changed", body = TaskTemplateView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `contact_not_selectable`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/task-templates/{id}")]
pub(super) async fn update_task_template(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateTaskTemplate>,
) -> Result<HttpResponse, Problem> {
    let change = command.body.read()?;
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = task_template::get_to_change(tx, &caller, TaskTemplateId::new(*id)).await?;
        if_match.check(current.version)?;
        let template = task_template::update(tx, &app.env, &caller, current, change).await?;
        let (template, version) = view(tx, &caller, template).await?;
        Ok(Answer::ok(&template)?.with_version(version))
    })
    .await
}

impl UpdateTaskTemplate {
    fn read(self) -> Result<TemplateChange, Refusal> {
        let mut fields = Fields::default();
        let format = self.description_format;
        let change = TemplateChange {
            name: fields.change("/name", self.name, |it| Name::parse(&it)),
            title: fields.change("/title", self.title, |it| Title::parse(&it)),
            description: self.description.0.map(|it| description(&mut fields, it, format)),
            priority: fields.change("/priority", self.priority, |it| it.parse()),
            project: self.project_id.into_change().map(|it| it.map(ProjectId::new)),
            checklist: checklist(&mut fields, self.checklist),
            deadline_in_hours: fields
                .clearable("/deadline_in_hours", self.deadline_in_hours, hours)
                .into_change(),
            people: people(
                &mut fields,
                [
                    (TemplatePart::Assignee, self.assignees),
                    (TemplatePart::Participant, self.participants),
                    (TemplatePart::Auditor, self.auditors),
                ],
                self.counterparty_id,
            ),
        };
        fields.finish()?;
        Ok(change)
    }
}
