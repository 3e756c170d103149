//! `POST /v1/tasks`

use actix_web::{HttpResponse, post, web::Data};
use chrono::{DateTime, Utc};
use liaison_domain::{
    id::{FileId, PersonId, ProjectId, TaskId, TaskTemplateId},
    mail_address::EmailAddress,
    refusal::Refusal,
    text::Title,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TaskView,
    input::{Format, MAX_FILES, MAX_PEOPLE, description},
    view,
};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::{Fields, moment},
        patch::Change,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::{StaffCaller, UserCaller},
        task::{self, People},
    },
};

/// Most assignees by address.
const MAX_EMAILS: usize = 50;

/// A new task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateTask {
    /// What it begins as: it takes all that is absent here from the template.
    template_id: Option<Uuid>,
    /// 1–250 characters; required without `template_id`.
    #[serde(default)]
    #[schema(value_type = String, example = "Repair the gate", max_length = 250)]
    title: Change<String>,
    /// At most 64 KiB.
    description: Option<String>,
    /// How `description` is written; HTML is sanitized.
    #[serde(default)]
    description_format: Format,
    /// `low`, `normal` (default), `urgent`
    priority: Option<String>,
    start_at: Option<DateTime<Utc>>,
    deadline: Option<DateTime<Utc>>,
    parent_id: Option<Uuid>,
    project_id: Option<Uuid>,
    /// The contact whom the work is about; absent: whom the project is about, or else the parent (CT-4).
    counterparty: Option<Uuid>,
    /// Whether those of the counterparty's contacts see it who see their companies' tasks (EXT-9); absent: true.
    company_access: Option<bool>,
    /// Who sets it; absent: the caller.
    assigner: Option<Uuid>,
    /// At most 200 people. Contacts among them get the task by mail (CLI-7). Absent, without `assignee_emails` too: the
    /// project's `default_assignees`.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    assignees: Change<Vec<Uuid>>,
    /// At most 50 more assignees by address: whoever is known by it, the employee of another account whose internal address it
    /// is, or a new contact.
    #[serde(default)]
    #[schema(max_items = 50)]
    assignee_emails: Vec<String>,
    /// At most 200 people. Contacts among them get nothing until a comment is addressed to them (CLI-7). Absent: the project's
    /// `default_participants`.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    participants: Change<Vec<Uuid>>,
    /// At most 200 people. The project's auditors come beside them.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    auditors: Change<Vec<Uuid>>,
    /// At most 100 uploaded files.
    #[serde(default)]
    #[schema(max_items = 100)]
    file_ids: Vec<Uuid>,
}

/// Set a task
///
/// What the request names counts before what its template does, and that before what its project does. Who of the template's
/// people may not take part any more is left out.
///
/// External users give it a title, description, priority, deadline, project, assignees and files, and nothing else (403
/// `forbidden`). They are its assigner; `assignees` are client-managers of projects that they see or responsible for them; none
/// named: the client-managers of the project, else who is responsible (EXT-2). `project_id` absent is the first active project
/// that they see (EXT-3).
#[utoipa::path(
    operation_id = "create_task", tag = "tasks", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateTask,
    responses(
        (status = 201, description = "Set", body = TaskView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `not_found`, `contact_not_selectable`, `link_forbidden_by_policy`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/tasks")]
pub(super) async fn create_task(
    app: Data<App>,
    caller: UserCaller,
    command: Command<CreateTask>,
) -> Result<HttpResponse, Problem> {
    let new = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let id = match StaffCaller::of_user(caller) {
            Ok(staff) => task::create(tx, &app, &staff, new).await?,
            Err(_external) => task::create_for_client(tx, &app, &caller, new).await?,
        };
        let (task, version) = view(tx, &app, &caller, id).await?;
        Ok(Answer::created(&task, format!("/v1/tasks/{id}"))?.with_version(version))
    })
    .await
}

impl CreateTask {
    fn read(self) -> Result<task::CreateTask, Refusal> {
        let mut fields = Fields::default();
        let title = fields.change("/title", self.title, |it| Title::parse(&it));
        let description =
            self.description.map(|text| description(&mut fields, text, self.description_format));
        let priority = self.priority.and_then(|name| fields.read("/priority", name.parse()));
        let start_at = self.start_at.and_then(|it| fields.read("/start_at", moment(it)));
        let deadline = self.deadline.and_then(|it| fields.read("/deadline", moment(it)));
        for (field, people) in [
            ("/assignees", &self.assignees),
            ("/participants", &self.participants),
            ("/auditors", &self.auditors),
        ] {
            fields.at_most(field, people.0.as_ref().map_or(0, Vec::len), MAX_PEOPLE);
        }
        fields.at_most("/assignee_emails", self.assignee_emails.len(), MAX_EMAILS);
        let assignee_emails =
            fields.read_each("/assignee_emails", &self.assignee_emails, EmailAddress::parse);
        fields.at_most("/file_ids", self.file_ids.len(), MAX_FILES);
        fields.finish()?;
        let people = |ids: Change<Vec<Uuid>>| ids.0.map(|it| it.into_iter().map(PersonId::new).collect());
        Ok(task::CreateTask {
            template_id: self.template_id.map(TaskTemplateId::new),
            title,
            description,
            priority,
            start_at,
            deadline,
            parent_id: self.parent_id.map(TaskId::new),
            project_id: self.project_id.map(ProjectId::new),
            counterparty: self.counterparty.map(PersonId::new),
            company_access: self.company_access.unwrap_or(true),
            people: People {
                assigner: self.assigner.map(PersonId::new),
                assignees: people(self.assignees),
                participants: people(self.participants),
                auditors: people(self.auditors),
            },
            assignee_emails,
            file_ids: self.file_ids.into_iter().map(FileId::new).collect(),
            carried: Vec::new(),
        })
    }
}
