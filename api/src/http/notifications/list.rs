//! `GET /v1/notifications`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use liaison_persistence::page::Page;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{NotificationView, views};
use crate::{
    app::App,
    http::{
        answer::Answer,
        fields::Fields,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::StaffCaller, notification},
};

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListNotifications {
    /// `true` for what the caller has not read, alone.
    unread: Option<String>,
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`, with the same filter.
    cursor: Option<String>,
}

/// List the caller's notifications
///
/// What he was told, newest first. What is about a comment that is gone, or that he may not see any more, is left out.
#[utoipa::path(
    operation_id = "list_notifications", tag = "notifications", security(("bearer" = [])),
    params(ListNotifications),
    responses(
        (status = 200, description = "A page", body = PageView<NotificationView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/notifications")]
pub(super) async fn list_notifications(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListNotifications>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let mut fields = Fields::default();
    let unread = parameters.0.unread.and_then(|it| fields.read("?unread", it.parse::<bool>()));
    fields.finish()?;
    let page = query(&app, async |tx| {
        let found = notification::list(tx, &caller, unread.unwrap_or_default(), page).await?;
        Ok(Page { items: views(tx, caller.account, found.items).await?, next: found.next })
    })
    .await?;
    Ok(Answer::ok(&PageView::of(page, |it| it))?.respond(&request))
}
