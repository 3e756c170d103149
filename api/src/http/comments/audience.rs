//! `GET /v1/comments/{id}/audience`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::CommentId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, comment},
    view::{name::SeenByName, person::PersonView},
};

/// Everybody who can see a comment.
#[derive(Debug, Serialize, ToSchema)]
struct Audience {
    items: Vec<Seer>,
}

/// One who can see it, and by what.
#[derive(Debug, Serialize, ToSchema)]
struct Seer {
    person: PersonView,
    /// The first that holds of: `author`, `addressed`, `role` (in the task), `administrator`.
    by: SeenByName,
}

/// Who can see a comment
///
/// Contacts are here only as author or addressed: there is no other way for them (DASH-5).
#[utoipa::path(
    operation_id = "show_comment_audience", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment")),
    responses(
        (status = 200, description = "Everybody, each once", body = Audience),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/comments/{id}/audience")]
pub(super) async fn show_comment_audience(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let seen = query(&app, async |tx| {
        let (comment, entered) = comment::get(tx, &caller, CommentId::new(*id)).await?;
        comment::explain_audience(tx, &caller, &comment, &entered.members).await
    })
    .await?;
    let items = seen.iter().map(|(person, by)| Seer { person: person.into(), by: (*by).into() }).collect();
    Ok(Answer::ok(&Audience { items })?.respond(&request))
}
