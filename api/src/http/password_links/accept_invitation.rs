//! `POST /v1/invitations:accept`

use actix_web::{HttpResponse, post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        problem::{Problem, ProblemView},
        sessions::TokensView,
        transact::{OUTSIDE, mutate},
    },
    service::{password_link::acceptance, session},
};

/// The link, and the password to sign in with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptInvitation {
    /// What stands behind `?invitation=` in it.
    token: String,
    /// That of the address, where it has one on this server; else a new one of 10–256 characters.
    password: String,
}

/// Accept an invitation
///
/// As an employee or as a contact, and signed in at once. The link is good once. Nobody's password is changed: whoever signs in
/// with the address already gives the password that he has.
#[utoipa::path(
    operation_id = "accept_invitation", tag = "sessions",
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = AcceptInvitation,
    responses(
        (status = 201, description = "Accepted and signed in", body = TokensView),
        (status = "4XX", description = "Refused: `validation_failed`, `invalid_link`, `invalid_credentials`, `email_taken`, `rate_limited`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/invitations:accept")]
pub(super) async fn accept_invitation(
    app: Data<App>,
    command: Command<AcceptInvitation>,
) -> Result<HttpResponse, Problem> {
    let AcceptInvitation { token, password } = command.body;
    let proof = acceptance::prove(&app, &token, password).await?;
    mutate(&app, OUTSIDE, command.idempotency, async |tx| {
        let member = acceptance::accept(tx, &app, &token, &proof).await?;
        let tokens = session::begin(tx, &app.env, &app.keys, member).await?;
        Answer::created(&TokensView::from(tokens), "/v1/sessions/current".to_owned())
    })
    .await
}
