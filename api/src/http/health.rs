//! `/healthz` and `/readyz`: whether the process lives, and whether it can serve.

use actix_web::{HttpResponse, get, web::Data};
use liaison_persistence::database;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::Answer,
    problem::{Problem, ProblemView},
    routes::Routes,
};
use crate::app::App;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show_health).service(show_readiness);
}

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Always `ok`; anything else is another status code.
    status: &'static str,
}

/// Is the process alive
#[utoipa::path(operation_id = "show_health", tag = "operations", responses((status = 200, description = "It lives", body = Health)))]
#[get("/healthz")]
async fn show_health() -> Result<HttpResponse, Problem> {
    Ok(Answer::ok(&Health { status: "ok" })?.into_response())
}

/// Can it serve
///
/// The database answers and has this program's schema.
#[utoipa::path(
    operation_id = "show_readiness", tag = "operations",
    responses(
        (status = 200, description = "It can serve", body = Health),
        (status = 503, description = "It can't: `unavailable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/readyz")]
async fn show_readiness(app: Data<App>) -> Result<HttpResponse, Problem> {
    database::ping(&app.database).await?;
    Ok(Answer::ok(&Health { status: "ok" })?.into_response())
}
