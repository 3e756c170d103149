//! `GET /v1/comments/{id}/raw`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::CommentId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        download,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, comment, incoming::ledger},
};

/// The mail that brought a comment
///
/// Its bytes as they were received; Range requests are answered. 404 where no mail brought it.
#[utoipa::path(
    operation_id = "show_comment_raw", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment")),
    responses(
        (status = 200, description = "The whole mail", body = String, content_type = "message/rfc822"),
        (status = 206, description = "The part asked for", body = String, content_type = "message/rfc822"),
        (status = 304, description = "The caller has it"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `raw_gone`, `range_not_satisfiable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/comments/{id}/raw")]
pub(super) async fn show_comment_raw(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (file, inline) = query(&app, async |tx| {
        let (comment, _) = comment::get(tx, &caller, CommentId::new(*id)).await?;
        let row = ledger::get_of_comment(tx, &caller, &comment).await?;
        ledger::get_raw(tx, caller.account, &row).await
    })
    .await?;
    download::respond_mail(&app.storage, &request, &file, inline).await
}
