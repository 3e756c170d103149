//! `PATCH /v1/projects/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{
    id::{PersonId, ProjectId},
    project::ProjectPart,
    refusal::Refusal,
    text::Name,
};
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
        patch::{Change, Patch},
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        project::{self, ProjectChange},
    },
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateProject {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    name: Change<String>,
    /// Plain text, at most 64 KiB.
    #[serde(default)]
    #[schema(value_type = String)]
    description: Change<String>,
    /// `active` or `archived`
    #[serde(default)]
    #[schema(value_type = String)]
    status: Change<String>,
    /// The contact whom the work is about; null: nobody. The change passes to the project's tasks, and those below them, that
    /// were about the same one (CT-4).
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    counterparty_id: Patch<Uuid>,
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

/// Change a project
///
/// Everybody renames and describes it. Its people, counterparty, status and whether clients see it are for administrators and
/// the project's auditors to change.
#[utoipa::path(
    operation_id = "update_project", tag = "projects", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The project"), crate::http::openapi::IfMatchParam),
    request_body = UpdateProject,
    responses(
        (status = 200, description = "Changed", body = ProjectView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `contact_not_selectable`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/projects/{id}")]
pub(super) async fn update_project(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateProject>,
) -> Result<HttpResponse, Problem> {
    let change = command.body.read()?;
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = project::get(tx, &caller, ProjectId::new(*id)).await?;
        if_match.check(current.version)?;
        let project = project::update(tx, &app.env, &caller, current, change).await?;
        let (project, version) = view(tx, &app, &caller, project).await?;
        Ok(Answer::ok(&project)?.with_version(version))
    })
    .await
}

impl UpdateProject {
    fn read(self) -> Result<ProjectChange, Refusal> {
        let mut fields = Fields::default();
        let change = ProjectChange {
            name: fields.change("/name", self.name, |it| Name::parse(&it)),
            description: fields.change("/description", self.description, description),
            status: fields.change("/status", self.status, |it| it.parse()),
            counterparty: self.counterparty_id.into_change().map(|it| it.map(PersonId::new)),
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
        fields.finish()?;
        Ok(change)
    }
}
