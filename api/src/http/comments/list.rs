//! `GET /v1/tasks/{id}/comments`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::TaskId;
use liaison_persistence::{comment, page::Page};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

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
    service::{access::enter, caller::UserCaller, comment::as_read_by},
};

/// Which comments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListComments {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List a task's comments
///
/// Oldest first; only those that the caller may see.
#[utoipa::path(
    operation_id = "list_comments", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), ListComments),
    responses(
        (status = 200, description = "A page", body = PageView<CommentView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/tasks/{id}/comments")]
pub(super) async fn list_comments(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
    id: Path<Uuid>,
    parameters: Query<ListComments>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let page = query(&app, async |tx| {
        let entered = enter(tx, &caller, TaskId::new(*id)).await?;
        let found = comment::list_visible(tx, caller.account, entered.task.id, caller.scope(), page).await?;
        let items = found.items.into_iter().map(|it| as_read_by(&caller, it)).collect();
        let items = views(tx, caller.account, items).await?;
        Ok(Page { items, next: found.next })
    })
    .await?;
    Ok(Answer::ok(&PageView::of(page, |it| it))?.respond(&request))
}
