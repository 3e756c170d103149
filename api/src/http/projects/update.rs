//! `PATCH /v1/projects/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{id::ProjectId, refusal::Refusal, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ProjectView, view};
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
    service::{caller::StaffCaller, project},
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateProject {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    name: Change<String>,
}

/// Change a project
#[utoipa::path(
    operation_id = "update_project", tag = "projects", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The project"), crate::http::openapi::IfMatchParam),
    request_body = UpdateProject,
    responses(
        (status = 200, description = "Changed", body = ProjectView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
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
    let name = command.body.read()?;
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = project::get(tx, &caller, ProjectId::new(*id)).await?;
        if_match.check(current.version)?;
        let project = project::rename(tx, &app.env, &caller, current, name).await?;
        let (project, version) = view(tx, &app, &caller, project).await?;
        Ok(Answer::ok(&project)?.with_version(version))
    })
    .await
}

impl UpdateProject {
    fn read(self) -> Result<Option<Name>, Refusal> {
        let mut fields = Fields::default();
        let name = fields.change("/name", self.name, |it| Name::parse(&it));
        fields.finish()?;
        Ok(name)
    }
}
