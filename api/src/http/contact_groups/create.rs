//! `POST /v1/contact-groups`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{refusal::Refusal, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ContactGroupView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, contact::group},
};

/// A new group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateContactGroup {
    /// 1–250 characters.
    #[schema(example = "Partners", max_length = 250)]
    name: String,
}

/// Add a group of contacts
#[utoipa::path(
    operation_id = "create_contact_group", tag = "contacts", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateContactGroup,
    responses(
        (status = 201, description = "Added", body = ContactGroupView),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contact-groups")]
pub(super) async fn create_contact_group(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateContactGroup>,
) -> Result<HttpResponse, Problem> {
    let name = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let group = group::create(tx, &app.env, &caller, name).await?;
        let location = format!("/v1/contact-groups/{}", group.id);
        Ok(Answer::created(&ContactGroupView::from(&group), location)?.with_version(group.version))
    })
    .await
}

impl CreateContactGroup {
    fn read(self) -> Result<Name, Refusal> {
        let mut fields = Fields::default();
        fields.read("/name", Name::parse(&self.name)).ok_or_else(|| fields.refusal())
    }
}
