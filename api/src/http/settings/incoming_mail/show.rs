//! `GET /v1/settings/incoming-mail`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};

use super::IncomingMailSettingsView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, incoming_settings},
};

/// Settings of incoming mail
///
/// For administrators.
#[utoipa::path(
    operation_id = "show_incoming_settings", tag = "settings", security(("bearer" = [])),
    params(crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The settings in force", body = IncomingMailSettingsView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/settings/incoming-mail")]
pub(super) async fn show_incoming_settings(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let settings = query(&app, async |tx| incoming_settings::get(tx, &caller).await).await?;
    let view = IncomingMailSettingsView::from(&settings);
    Ok(Answer::ok(&view)?.with_version(settings.version).respond(&request))
}
