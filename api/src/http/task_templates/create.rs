//! `POST /v1/task-templates`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{
    id::ProjectId,
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
        problem::{Problem, ProblemView},
        tasks::{Format, description},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        task_template::{self, TemplateChange},
    },
};

/// A new template.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateTaskTemplate {
    /// 1–250 characters.
    #[schema(example = "Repair", max_length = 250)]
    name: String,
    /// The title of its tasks, 1–250 characters.
    #[schema(example = "Repair the gate", max_length = 250)]
    title: String,
    /// At most 64 KiB.
    #[serde(default)]
    #[schema(value_type = String)]
    description: Change<String>,
    /// How `description` is written; HTML is sanitized.
    #[serde(default)]
    description_format: Format,
    /// `low`, `normal` (default), `urgent`
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

/// Make a template of tasks
///
/// For administrators and the auditors of its project.
#[utoipa::path(
    operation_id = "create_task_template", tag = "tasks", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateTaskTemplate,
    responses(
        (status = 201, description = "Made", body = TaskTemplateView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `not_found`, `contact_not_selectable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/task-templates")]
pub(super) async fn create_task_template(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateTaskTemplate>,
) -> Result<HttpResponse, Problem> {
    let (named, new) = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let template = task_template::create(tx, &app.env, &caller, named, new).await?;
        let location = format!("/v1/task-templates/{}", template.id);
        let (template, version) = view(tx, &caller, template).await?;
        Ok(Answer::created(&template, location)?.with_version(version))
    })
    .await
}

impl CreateTaskTemplate {
    fn read(self) -> Result<((Name, Title), TemplateChange), Refusal> {
        let mut fields = Fields::default();
        let name = fields.read("/name", Name::parse(&self.name));
        let title = fields.read("/title", Title::parse(&self.title));
        let format = self.description_format;
        let new = TemplateChange {
            name: None,
            title: None,
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
        match (name, title, fields.is_empty()) {
            (Some(name), Some(title), true) => Ok(((name, title), new)),
            _ => Err(fields.refusal()),
        }
    }
}
