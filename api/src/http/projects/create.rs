//! `POST /v1/projects`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{refusal::Refusal, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ProjectView, view};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, project},
};

/// A new project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateProject {
    /// 1–250 characters.
    #[schema(example = "The new fence", max_length = 250)]
    name: String,
}

/// Begin a project
#[utoipa::path(
    operation_id = "create_project", tag = "projects", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateProject,
    responses(
        (status = 201, description = "Begun", body = ProjectView),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/projects")]
pub(super) async fn create_project(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateProject>,
) -> Result<HttpResponse, Problem> {
    let name = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let project = project::create(tx, &app.env, &caller, name).await?;
        let location = format!("/v1/projects/{}", project.id);
        let (project, version) = view(tx, &app, &caller, project).await?;
        Ok(Answer::created(&project, location)?.with_version(version))
    })
    .await
}

impl CreateProject {
    fn read(self) -> Result<Name, Refusal> {
        let mut fields = Fields::default();
        fields.read("/name", Name::parse(&self.name)).ok_or_else(|| fields.refusal())
    }
}
