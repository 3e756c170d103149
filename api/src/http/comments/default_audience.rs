//! `GET /v1/tasks/{id}/default-audience`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::{CommentId, TaskId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        fields::Fields,
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{access::enter, caller::UserCaller, reply},
    view::person::PersonView,
};

/// The comment that is to be answered.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ShowDefaultAudience {
    /// Absent: the latest that the caller sees.
    reply_to: Option<String>,
}

/// Whom an answer is best addressed to.
#[derive(Debug, Serialize, ToSchema)]
struct DefaultAudience {
    /// Nobody, where the caller would join a talk of a colleague with a client.
    audience: Vec<PersonView>,
}

/// Propose whom to address
///
/// The author of the answered comment and those that it was addressed to, but for the caller (COM-2, COM-3).
#[utoipa::path(
    operation_id = "show_default_audience", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), ShowDefaultAudience),
    responses(
        (status = 200, description = "Whom to address", body = DefaultAudience),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/tasks/{id}/default-audience")]
pub(super) async fn show_default_audience(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
    id: Path<Uuid>,
    parameters: Query<ShowDefaultAudience>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let reply_to = parameters.0.reply_to.and_then(|it| fields.read("?reply_to", it.parse::<Uuid>()));
    fields.finish()?;
    let proposed = query(&app, async |tx| {
        let entered = enter(tx, &caller, TaskId::new(*id)).await?;
        reply::propose_audience(tx, &caller, &entered, reply_to.map(CommentId::new)).await
    })
    .await?;
    let audience = proposed.iter().map(PersonView::from).collect();
    Ok(Answer::ok(&DefaultAudience { audience })?.respond(&request))
}
