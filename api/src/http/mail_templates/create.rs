//! `POST /v1/mail-templates`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{refusal::Refusal, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{MailTemplateView, input};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        mail_template::{self, TemplateFields},
    },
};

/// A new template.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateMailTemplate {
    /// 1–250 characters.
    #[schema(example = "News of your order", max_length = 250)]
    name: String,
    /// At least one, each in a language of its own.
    versions: Vec<input::Version>,
    /// Default true.
    add_signature: Option<bool>,
    /// Default false.
    add_portal_link: Option<bool>,
    /// Default true.
    add_files: Option<bool>,
}

/// Add a mail template
///
/// What can't work is refused naming the part, the line and the column. For administrators.
#[utoipa::path(
    operation_id = "create_mail_template", tag = "mail", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateMailTemplate,
    responses(
        (status = 201, description = "Added", body = MailTemplateView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail-templates")]
pub(super) async fn create_mail_template(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateMailTemplate>,
) -> Result<HttpResponse, Problem> {
    let fields = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let made = mail_template::create(tx, &app.env, &caller, fields).await?;
        let answer =
            Answer::created(&MailTemplateView::from(&made), format!("/v1/mail-templates/{}", made.id))?;
        Ok(answer.with_version(made.version))
    })
    .await
}

impl CreateMailTemplate {
    fn read(self) -> Result<TemplateFields, Refusal> {
        let mut fields = Fields::default();
        let name = fields.read("/name", Name::parse(&self.name));
        let versions = input::versions(&mut fields, self.versions);
        match name {
            Some(name) if fields.is_empty() => Ok(TemplateFields {
                name,
                versions,
                add_signature: self.add_signature.unwrap_or(true),
                add_portal_link: self.add_portal_link.unwrap_or(false),
                add_files: self.add_files.unwrap_or(true),
            }),
            _ => Err(fields.refusal()),
        }
    }
}
