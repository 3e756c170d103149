//! `PATCH /v1/mail-templates/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{id::MailTemplateId, refusal::Refusal, text::Name};
use liaison_persistence::mail_template::MailTemplateRow;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MailTemplateView, input};
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
    service::{
        caller::StaffCaller,
        mail_template::{self, TemplateFields},
    },
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateMailTemplate {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    name: Change<String>,
    /// All versions.
    #[serde(default)]
    #[schema(value_type = Vec<input::Version>)]
    versions: Change<Vec<input::Version>>,
    #[serde(default)]
    #[schema(value_type = bool)]
    add_signature: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    add_portal_link: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    add_files: Change<bool>,
}

/// Change a mail template
///
/// For administrators.
#[utoipa::path(
    operation_id = "update_mail_template", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The template"), crate::http::openapi::IfMatchParam),
    request_body = UpdateMailTemplate,
    responses(
        (status = 200, description = "Changed", body = MailTemplateView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/mail-templates/{id}")]
pub(super) async fn update_mail_template(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateMailTemplate>,
) -> Result<HttpResponse, Problem> {
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = mail_template::get(tx, &caller, MailTemplateId::new(*id)).await?;
        if_match.check(current.version)?;
        let fields = command.body.apply(&current)?;
        let changed = mail_template::update(tx, &app.env, &caller, &current, fields).await?;
        Ok(Answer::ok(&MailTemplateView::from(&changed))?.with_version(changed.version))
    })
    .await
}

impl UpdateMailTemplate {
    fn apply(self, current: &MailTemplateRow) -> Result<TemplateFields, Refusal> {
        let mut fields = Fields::default();
        let name = self.name.0.as_ref().unwrap_or(&current.name);
        let name = fields.read("/name", Name::parse(name));
        let versions = match self.versions.0 {
            Some(versions) => input::versions(&mut fields, versions),
            None => mail_template::sources(current),
        };
        match name {
            Some(name) if fields.is_empty() => Ok(TemplateFields {
                name,
                versions,
                add_signature: self.add_signature.0.unwrap_or(current.add_signature),
                add_portal_link: self.add_portal_link.0.unwrap_or(current.add_portal_link),
                add_files: self.add_files.0.unwrap_or(current.add_files),
            }),
            _ => Err(fields.refusal()),
        }
    }
}
