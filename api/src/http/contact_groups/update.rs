//! `PATCH /v1/contact-groups/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{id::ContactGroupId, refusal::Refusal, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ContactGroupView;
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
    service::{caller::StaffCaller, contact::group},
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateContactGroup {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    name: Change<String>,
}

/// Change a group of contacts
#[utoipa::path(
    operation_id = "update_contact_group", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The group"), crate::http::openapi::IfMatchParam),
    request_body = UpdateContactGroup,
    responses(
        (status = 200, description = "Changed", body = ContactGroupView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/contact-groups/{id}")]
pub(super) async fn update_contact_group(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateContactGroup>,
) -> Result<HttpResponse, Problem> {
    let name = command.body.read()?;
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = group::get(tx, &caller, ContactGroupId::new(*id)).await?;
        if_match.check(current.version)?;
        let group = group::rename(tx, &app.env, &caller, current, name).await?;
        Ok(Answer::ok(&ContactGroupView::from(&group))?.with_version(group.version))
    })
    .await
}

impl UpdateContactGroup {
    fn read(self) -> Result<Option<Name>, Refusal> {
        let mut fields = Fields::default();
        let name = fields.change("/name", self.name, |it| Name::parse(&it));
        fields.finish()?;
        Ok(name)
    }
}
