//! `GET /v1/mail-templates/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::MailTemplateId;
use uuid::Uuid;

use super::MailTemplateView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, mail_template},
};

/// One mail template
///
/// For administrators.
#[utoipa::path(
    operation_id = "show_mail_template", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The template"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The template", body = MailTemplateView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail-templates/{id}")]
pub(super) async fn show_mail_template(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = MailTemplateId::new(*id);
    let template = query(&app, async |tx| mail_template::get(tx, &caller, id).await).await?;
    Ok(Answer::ok(&MailTemplateView::from(&template))?.with_version(template.version).respond(&request))
}
