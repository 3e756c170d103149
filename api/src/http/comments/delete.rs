//! `DELETE /v1/comments/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::CommentId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, comment},
};

/// Delete a comment
///
/// For its author and administrators. Mails that no server has taken yet don't leave any more; the others can't be called
/// back.
#[utoipa::path(
    operation_id = "delete_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment"), crate::http::openapi::IfMatchParam),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/comments/{id}")]
pub(super) async fn delete_comment(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        let (current, _) = comment::get(tx, &caller, CommentId::new(*id)).await?;
        if_match.check(current.version)?;
        comment::delete(tx, &app, &caller, &current).await
    })
    .await
}
