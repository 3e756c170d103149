//! `GET /v1/comments/{id}/deliveries`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::CommentId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DeliveryView, deliveries};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, comment},
};

/// The delivery report of a comment.
#[derive(Debug, Serialize, ToSchema)]
struct Deliveries {
    items: Vec<DeliveryView>,
}

/// How a comment's notices fare
#[utoipa::path(
    operation_id = "list_comment_deliveries", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment")),
    responses(
        (status = 200, description = "One line a person", body = Deliveries),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/comments/{id}/deliveries")]
pub(super) async fn list_comment_deliveries(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let items = query(&app, async |tx| {
        let (comment, _) = comment::get(tx, &caller, CommentId::new(*id)).await?;
        deliveries(tx, caller.account, comment.id).await
    })
    .await?;
    Ok(Answer::ok(&Deliveries { items })?.respond(&request))
}
