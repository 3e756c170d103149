//! `GET /v1/settings/account-links`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};

use super::LinkSettingsView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, link::settings},
};

/// Settings of account links
///
/// For administrators.
#[utoipa::path(
    operation_id = "show_link_settings", tag = "settings", security(("bearer" = [])),
    params(crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The settings in force", body = LinkSettingsView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/settings/account-links")]
pub(super) async fn show_link_settings(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let settings = query(&app, async |tx| settings::get(tx, &caller).await).await?;
    let view = LinkSettingsView::from(&settings);
    Ok(Answer::ok(&view)?.with_version(settings.version).respond(&request))
}
