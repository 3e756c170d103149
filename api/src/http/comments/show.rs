//! `GET /v1/comments/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::CommentId;
use uuid::Uuid;

use super::{CommentView, one};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::UserCaller, comment},
};

/// One comment
#[utoipa::path(
    operation_id = "show_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment"), crate::http::openapi::IfNoneMatchParam),
    responses(
        (status = 200, description = "The comment", body = CommentView),
        (status = 304, description = "Not changed"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/comments/{id}")]
pub(super) async fn show_comment(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (view, version) = query(&app, async |tx| {
        let (comment, _) = comment::get(tx, &caller, CommentId::new(*id)).await?;
        let version = comment.version;
        Ok((one(tx, caller.account, comment::as_read_by(&caller, comment)).await?, version))
    })
    .await?;
    Ok(Answer::ok(&view)?.with_version(version).respond(&request))
}
