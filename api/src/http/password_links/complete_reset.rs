//! `POST /v1/password-resets:complete`

use actix_web::{HttpResponse, post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        problem::{Problem, ProblemView},
        transact::{OUTSIDE, mutate},
    },
    service::password_link::reset,
};

/// The link, and the new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CompletePasswordReset {
    /// What stands behind `?password_reset=` in it.
    token: String,
    /// 10–256 characters.
    #[schema(min_length = 10, max_length = 256)]
    password: String,
}

/// Set a new password
///
/// The link is good once. Every session that began under the old password ends, in every account.
#[utoipa::path(
    operation_id = "complete_password_reset", tag = "sessions",
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CompletePasswordReset,
    responses(
        (status = 204, description = "Set"),
        (status = "4XX", description = "Refused: `validation_failed`, `invalid_link`, `rate_limited`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/password-resets:complete")]
pub(super) async fn complete_password_reset(
    app: Data<App>,
    command: Command<CompletePasswordReset>,
) -> Result<HttpResponse, Problem> {
    let CompletePasswordReset { token, password } = command.body;
    let password_hash = reset::prepare(&app, &token, password).await?;
    mutate(&app, OUTSIDE, command.idempotency, async |tx| {
        reset::complete(tx, &app, &token, &password_hash).await?;
        Ok(Answer::no_content())
    })
    .await
}
