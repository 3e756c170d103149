//! `POST /v1/projects`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{id::PersonId, project::ProjectPart, refusal::Refusal, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    ProjectView,
    input::{description, people},
    view,
};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        patch::Change,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        project::{self, ProjectChange},
    },
};

/// A new project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateProject {
    /// 1–250 characters.
    #[schema(example = "The new fence", max_length = 250)]
    name: String,
    /// Plain text, at most 64 KiB.
    #[serde(default)]
    #[schema(value_type = String)]
    description: Change<String>,
    /// The contact whom the work is about; new tasks inherit him (CT-4).
    counterparty_id: Option<Uuid>,
    /// Who works on new tasks where nobody else is named, at most 200 people.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    default_assignees: Change<Vec<Uuid>>,
    /// Who takes part in new tasks where nobody else is named, at most 200 people.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    default_participants: Change<Vec<Uuid>>,
    /// Who controls the project's tasks: they are put as auditors into every new one (ROL-4), at most 200 people.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    auditors: Change<Vec<Uuid>>,
    /// The employees whom the project's clients may set tasks (EXT-2), at most 200. They see their own tasks only (ROL-6).
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    client_managers: Change<Vec<Uuid>>,
    /// Clients see the project only where they have a task in it (EXT-1).
    #[serde(default)]
    #[schema(value_type = bool)]
    is_hidden_from_clients: Change<bool>,
}

/// Begin a project
#[utoipa::path(
    operation_id = "create_project", tag = "projects", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateProject,
    responses(
        (status = 201, description = "Begun", body = ProjectView),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `not_found`, `contact_not_selectable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/projects")]
pub(super) async fn create_project(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateProject>,
) -> Result<HttpResponse, Problem> {
    let (name, new) = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let project = project::create(tx, &app.env, &caller, name, new).await?;
        let location = format!("/v1/projects/{}", project.id);
        let (project, version) = view(tx, &app, &caller, project).await?;
        Ok(Answer::created(&project, location)?.with_version(version))
    })
    .await
}

impl CreateProject {
    fn read(self) -> Result<(Name, ProjectChange), Refusal> {
        let mut fields = Fields::default();
        let name = fields.read("/name", Name::parse(&self.name));
        let new = ProjectChange {
            name: None,
            description: fields.change("/description", self.description, description),
            status: None,
            counterparty: self.counterparty_id.map(|it| Some(PersonId::new(it))),
            is_hidden_from_clients: self.is_hidden_from_clients.0,
            people: people(
                &mut fields,
                [
                    (ProjectPart::Assignee, self.default_assignees),
                    (ProjectPart::Participant, self.default_participants),
                    (ProjectPart::Auditor, self.auditors),
                    (ProjectPart::ClientManager, self.client_managers),
                ],
            ),
        };
        match (name, fields.is_empty()) {
            (Some(name), true) => Ok((name, new)),
            _ => Err(fields.refusal()),
        }
    }
}
