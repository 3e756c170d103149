//! `POST /v1/portal/links`: ask for a link into the portal.

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
    service::portal::request,
};

/// Who wants to come in where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreatePortalLink {
    #[schema(example = "acme")]
    account: String,
    #[schema(example = "ivan@client.example")]
    email: String,
}

/// Ask for a link
///
/// A contact who has the address gets a link by mail, at his main address and at most one in 15 minutes, where something was ever
/// addressed to him and he may come in. The answer is the same for everybody.
#[utoipa::path(
    operation_id = "create_portal_link", tag = "portal",
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreatePortalLink,
    responses(
        (status = 204, description = "Taken, whoever has the address"),
        (status = "4XX", description = "Refused: `validation_failed`, `rate_limited`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/portal/links")]
pub(super) async fn create_portal_link(
    app: Data<App>,
    command: Command<CreatePortalLink>,
) -> Result<HttpResponse, Problem> {
    let (account, email) = command.body.read()?;
    mutate(&app, OUTSIDE, command.idempotency, async |tx| {
        request::enqueue(tx, &app, &account, &email).await?;
        Ok(Answer::no_content())
    })
    .await
}

impl CreatePortalLink {
    fn read(self) -> Result<(AccountName, EmailAddress), Refusal> {
        let mut fields = Fields::default();
        let account = fields.read("/account", AccountName::parse(&self.account));
        let email = fields.read("/email", EmailAddress::parse(&self.email));
        account.zip(email).ok_or_else(|| fields.refusal())
    }
}
