//! `POST /v1/password-resets`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{account::AccountName, mail_address::EmailAddress, refusal::Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{OUTSIDE, mutate},
    },
    service::password_link::reset,
};

/// Who forgot his password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreatePasswordReset {
    #[schema(example = "acme")]
    account: String,
    #[schema(example = "anna@example.com")]
    email: String,
}

/// Ask for a new password
///
/// Whoever signs in to the account with the address is mailed a link, a few times an hour at most. The answer is the same for
/// everybody else.
#[utoipa::path(
    operation_id = "create_password_reset", tag = "sessions",
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreatePasswordReset,
    responses(
        (status = 204, description = "Asked for"),
        (status = "4XX", description = "Refused: `validation_failed`, `rate_limited`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/password-resets")]
pub(super) async fn create_password_reset(
    app: Data<App>,
    command: Command<CreatePasswordReset>,
) -> Result<HttpResponse, Problem> {
    let (account, email) = command.body.read()?;
    mutate(&app, OUTSIDE, command.idempotency, async |tx| {
        reset::request(tx, &app, &account, &email).await?;
        Ok(Answer::no_content())
    })
    .await
}

impl CreatePasswordReset {
    fn read(self) -> Result<(AccountName, EmailAddress), Refusal> {
        let mut fields = Fields::default();
        let account = fields.read("/account", AccountName::parse(&self.account));
        let email = fields.read("/email", EmailAddress::parse(&self.email));
        account.zip(email).ok_or_else(|| fields.refusal())
    }
}
