//! `POST /v1/sessions`: sign in.

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{account::AccountName, mail_address::EmailAddress, refusal::Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

use super::TokensView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{OUTSIDE, mutate, query},
    },
    service::session::{self, Credentials},
};

/// Who signs in where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateSession {
    #[schema(example = "acme")]
    account: String,
    #[schema(example = "anna@example.com")]
    email: String,
    password: String,
}

/// Sign in
///
/// A wrong account, address and password are answered alike, after the same time.
#[utoipa::path(
    operation_id = "create_session", tag = "sessions",
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateSession,
    responses(
        (status = 201, description = "Signed in", body = TokensView),
        (status = "4XX", description = "Refused: `validation_failed`, `invalid_credentials`, `rate_limited`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/sessions")]
pub(super) async fn create_session(
    app: Data<App>,
    command: Command<CreateSession>,
) -> Result<HttpResponse, Problem> {
    let Credentials { account, email, password } = command.body.read()?;
    let candidate = query(&app, async |tx| session::find_candidate(tx, &account, &email).await).await?;
    let member = session::admit(candidate, password).await?;
    mutate(&app, OUTSIDE, command.idempotency, async |tx| {
        let tokens = session::begin(tx, &app.env, &app.keys, member).await?;
        Answer::created(&TokensView::from(tokens), "/v1/sessions/current".to_owned())
    })
    .await
}

impl CreateSession {
    fn read(self) -> Result<Credentials, Refusal> {
        let mut fields = Fields::default();
        let account = fields.read("/account", AccountName::parse(&self.account));
        let email = fields.read("/email", EmailAddress::parse(&self.email));
        match (account, email) {
            (Some(account), Some(email)) => Ok(Credentials { account, email, password: self.password }),
            _ => Err(fields.refusal()),
        }
    }
}
