//! `POST /v1/sessions/refresh`: the next pair of tokens.

use actix_web::{HttpResponse, post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::TokensView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        problem::{Problem, ProblemView},
    },
    service::session::{self, Refreshed},
};

/// The refresh token that was given last.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefreshSession {
    refresh_token: String,
}

/// Refresh a session
///
/// Each refresh token is good once. One that comes again was stolen, or its thief was faster: the session ends.
/// `Idempotency-Key` is not needed and not looked at here: a repeated token must never give tokens again.
#[utoipa::path(
    operation_id = "refresh_session", tag = "sessions",
    request_body = RefreshSession,
    responses(
        (status = 200, description = "New tokens", body = TokensView),
        (status = "4XX", description = "Refused: `validation_failed`, `invalid_refresh_token`, `rate_limited`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/sessions/refresh")]
pub(super) async fn refresh_session(
    app: Data<App>,
    command: Command<RefreshSession>,
) -> Result<HttpResponse, Problem> {
    let mut tx = app.database.write().await?;
    let refreshed = session::refresh(&mut tx, &app.env, &app.keys, &command.body.refresh_token).await?;
    tx.commit().await?;
    match refreshed {
        Refreshed::Tokens(tokens) => Ok(Answer::ok(&TokensView::from(tokens))?.into_response()),
        Refreshed::Reused => Err(session::invalid_refresh_token().into()),
    }
}
