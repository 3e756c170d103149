//! `GET /v1/settings/contact-mail/notifications`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};

use super::NotificationsView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, mail_template},
};

/// Notices to contacts
///
/// For administrators.
#[utoipa::path(
    operation_id = "show_contact_notifications", tag = "settings", security(("bearer" = [])),
    params(crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "Each type of notice", body = NotificationsView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/settings/contact-mail/notifications")]
pub(super) async fn show_contact_notifications(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let notices = query(&app, async |tx| mail_template::list_notices(tx, &caller).await).await?;
    let version = mail_template::version_of(&notices);
    Ok(Answer::ok(&NotificationsView::of(&notices))?.with_version(version).respond(&request))
}
