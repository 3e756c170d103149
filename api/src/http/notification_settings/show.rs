//! `GET /v1/notification-settings`, `GET /v1/employees/{id}/notification-settings`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::PersonId;
use uuid::Uuid;

use super::NotificationSettingsView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{
        caller::StaffCaller,
        notification_settings::{self, Whose},
    },
};

/// What the caller wants to be told
///
/// The settings in force: the defaults where he changed nothing.
#[utoipa::path(
    operation_id = "show_notification_settings", tag = "notifications", security(("bearer" = [])),
    params(crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The settings in force", body = NotificationSettingsView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/notification-settings")]
pub(super) async fn show_notification_settings(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    show(&request, &app, &caller, Whose::Own).await
}

/// What an employee wants to be told
///
/// For administrators.
#[utoipa::path(
    operation_id = "show_employee_notification_settings", tag = "notifications", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The employee"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The settings in force", body = NotificationSettingsView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/employees/{id}/notification-settings")]
pub(super) async fn show_employee_notification_settings(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    show(&request, &app, &caller, Whose::Of(PersonId::new(*id))).await
}

async fn show(
    request: &HttpRequest,
    app: &App,
    caller: &StaffCaller,
    whose: Whose,
) -> Result<HttpResponse, Problem> {
    let (_, settings) = query(app, async |tx| notification_settings::get(tx, caller, whose).await).await?;
    let view = NotificationSettingsView::from(&settings);
    Ok(Answer::ok(&view)?.with_version(settings.version).respond(request))
}
