//! `POST /v1/mail-templates/{id}:render`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{
    id::{CommentId, MailTemplateId, PersonId, TaskId},
    language::Language,
    refusal::Refusal,
};
use liaison_mailer::compose::template::Rendered;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{
        caller::StaffCaller,
        mail_template::{self, Example},
    },
};

/// What the template is to speak of; where there is no task, of an example.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RenderMailTemplate {
    task_id: Option<Uuid>,
    /// A comment, of that task where one is given.
    comment_id: Option<Uuid>,
    /// Whom the mail is for.
    contact_id: Option<Uuid>,
    /// `en` or `ru`; absent: the contact's, or the account's.
    language: Option<String>,
}

/// What the template says.
#[derive(Debug, Serialize, ToSchema)]
struct RenderedMailTemplate {
    subject: String,
    html: String,
    text: String,
}

/// Try a mail template
///
/// What it says of a task, without what stands around it in a mail. Nothing is sent. For administrators.
#[utoipa::path(
    operation_id = "render_mail_template", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The template")),
    request_body = RenderMailTemplate,
    responses(
        (status = 200, description = "What it says", body = RenderedMailTemplate),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `template_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail-templates/{id}:render")]
pub(super) async fn render_mail_template(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<RenderMailTemplate>,
) -> Result<HttpResponse, Problem> {
    let (id, example) = (MailTemplateId::new(*id), command.body.read()?);
    let rendered =
        query(&app, async |tx| mail_template::render(tx, &app, &caller, id, &example).await).await?;
    let Rendered { subject, html, text } = rendered;
    Ok(Answer::ok(&RenderedMailTemplate { subject, html, text })?.into_response())
}

impl RenderMailTemplate {
    fn read(self) -> Result<Example, Refusal> {
        let mut fields = Fields::default();
        let language: Option<Language> = self.language.and_then(|it| fields.read("/language", it.parse()));
        fields.finish()?;
        Ok(Example {
            task: self.task_id.map(TaskId::new),
            comment: self.comment_id.map(CommentId::new),
            contact: self.contact_id.map(PersonId::new),
            language,
        })
    }
}
