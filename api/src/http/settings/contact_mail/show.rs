//! `GET /v1/settings/contact-mail`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};

use super::ContactMailSettingsView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, contact_mail_settings},
};

/// Settings of mail to contacts
///
/// For administrators.
#[utoipa::path(
    operation_id = "show_contact_mail_settings", tag = "settings", security(("bearer" = [])),
    params(crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The settings in force", body = ContactMailSettingsView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/settings/contact-mail")]
pub(super) async fn show_contact_mail_settings(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let settings = query(&app, async |tx| contact_mail_settings::get(tx, &caller).await).await?;
    let view = ContactMailSettingsView::from(&settings);
    Ok(Answer::ok(&view)?.with_version(settings.version).respond(&request))
}
