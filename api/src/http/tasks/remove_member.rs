//! `DELETE /v1/tasks/{id}/participants`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::{PersonId, TaskId};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::add_member::role;
use crate::{
    app::App,
    http::{
        fields::Fields,
        problem::{Problem, ProblemView},
        query::Query,
        transact::no_content,
    },
    service::{access::enter_to_change, caller::StaffCaller, task},
};

/// Who leaves which role.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RemoveParticipant {
    person: String,
    /// `assignee`, `participant` (default), `auditor`
    role: Option<String>,
}

/// Take a person out of a role
#[utoipa::path(
    operation_id = "remove_participant", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), RemoveParticipant),
    responses(
        (status = 204, description = "He does not hold it any more"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `assigner_required`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/tasks/{id}/participants")]
pub(super) async fn remove_participant(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    parameters: Query<RemoveParticipant>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let person = fields.read("?person", parameters.0.person.parse::<Uuid>());
    let person = PersonId::new(person.ok_or_else(|| fields.refusal())?);
    let role = role(parameters.0.role.as_deref(), "?role")?;
    no_content(&app, &caller, async |tx| {
        let entered = enter_to_change(tx, &caller, TaskId::new(*id)).await?;
        task::remove_member(tx, &app, &caller, &entered, role, person).await
    })
    .await
}
