//! `GET /v1/me/held-comments`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use liaison_persistence::{comment, page::Page};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{CommentView, views};
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::caller::StaffCaller,
};

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListHeldComments {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List the caller's held comments
///
/// What he has written in any task and has not left yet, what leaves first before the others.
#[utoipa::path(
    operation_id = "list_held_comments", tag = "comments", security(("bearer" = [])),
    params(ListHeldComments),
    responses(
        (status = 200, description = "A page", body = PageView<CommentView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/me/held-comments")]
pub(super) async fn list_held_comments(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListHeldComments>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let page = query(&app, async |tx| {
        let found = comment::list_held(tx, caller.account, caller.employee, page).await?;
        let items = views(tx, caller.account, found.items).await?;
        Ok(Page { items, next: found.next })
    })
    .await?;
    Ok(Answer::ok(&PageView::of(page, |it| it))?.respond(&request))
}
