//! `GET /v1/notifications/summary`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};

use super::{NotificationSummary, summary};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::caller::StaffCaller,
};

/// How much the caller has not read
#[utoipa::path(
    operation_id = "summarize_notifications", tag = "notifications", security(("bearer" = [])),
    responses(
        (status = 200, description = "Of what `list_notifications` gives", body = NotificationSummary),
        (status = "4XX", description = "Refused: `unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/notifications/summary")]
pub(super) async fn summarize_notifications(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let view = query(&app, async |tx| summary(tx, &caller).await).await?;
    Ok(Answer::ok(&view)?.respond(&request))
}
