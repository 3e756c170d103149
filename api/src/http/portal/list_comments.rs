//! `GET /v1/portal/tasks/{id}/comments`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::TaskId;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::PortalCommentView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::PortalCaller, portal::reading},
};

/// Which comments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListPortalComments {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List a contact's conversation
///
/// Oldest first; what was addressed to him and what he wrote himself (DASH-5).
#[utoipa::path(
    operation_id = "list_portal_comments", tag = "portal", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), ListPortalComments),
    responses(
        (status = 200, description = "A page", body = PageView<PortalCommentView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/portal/tasks/{id}/comments")]
pub(super) async fn list_portal_comments(
    request: HttpRequest,
    app: Data<App>,
    caller: PortalCaller,
    id: Path<Uuid>,
    parameters: Query<ListPortalComments>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let task = TaskId::new(*id);
    let page = query(&app, async |tx| reading::list_comments(tx, &caller, task, page).await).await?;
    let view = PageView::of(page, |it| PortalCommentView::of(&caller, it));
    Ok(Answer::ok(&view)?.respond(&request))
}
