//! `DELETE /v1/mail-templates/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::MailTemplateId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, mail_template},
};

/// Delete a mail template
///
/// One that no notice uses. Mails that were written by it and wait for their next attempt leave with the built-in text.
/// For administrators.
#[utoipa::path(
    operation_id = "delete_mail_template", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The template"), crate::http::openapi::IfMatchParam),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `template_in_use`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/mail-templates/{id}")]
pub(super) async fn delete_mail_template(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        let current = mail_template::get(tx, &caller, MailTemplateId::new(*id)).await?;
        if_match.check(current.version)?;
        mail_template::delete(tx, &app.env, &caller, &current).await
    })
    .await
}
