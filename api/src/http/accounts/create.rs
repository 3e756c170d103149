//! `POST /v1/accounts`: sign-up.

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{
    account::{AccountName, Login},
    language::Language,
    mail_address::EmailAddress,
    refusal::{Code, Refusal},
    text::Name,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AccountView;
use crate::{
    app::App,
    config::SignupMode,
    http::{
        answer::Answer,
        command::Command,
        employees::EmployeeView,
        fields::Fields,
        problem::{Problem, ProblemView},
        sessions::TokensView,
        transact::{OUTSIDE, mutate},
    },
    service::{account, password, session},
};

/// A new account with its owner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateAccount {
    /// 1–63 of `a`–`z`, `0`–`9`, inner `-`.
    #[schema(example = "acme", max_length = 63)]
    name: String,
    /// 1–250 characters.
    #[schema(example = "Acme Ltd", max_length = 250)]
    title: String,
    /// `en` (default) or `ru`.
    language: Option<String>,
    owner: Owner,
}

/// Who owns the account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Owner {
    /// 1–250 characters.
    #[schema(example = "Anna Petrova", max_length = 250)]
    name: String,
    /// Local part of the internal address: 1–64 of `a`–`z`, `0`–`9`, `_`, `-`, inner dots.
    #[schema(example = "anna", max_length = 64)]
    login: String,
    #[schema(example = "anna@example.com")]
    email: String,
    /// 10–256 characters. Where the address has a login identity already, its password.
    #[schema(example = "correct horse battery", min_length = 10, max_length = 256)]
    password: String,
}

/// The account, its owner, and the owner's session.
#[derive(Debug, Serialize, ToSchema)]
struct SignedUp {
    account: AccountView,
    employee: EmployeeView,
    #[serde(flatten)]
    tokens: TokensView,
}

/// Sign up
///
/// Makes an account and its owner and signs him in.
#[utoipa::path(
    operation_id = "create_account", tag = "accounts",
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateAccount,
    responses(
        (status = 201, description = "Made", body = SignedUp),
        (status = "4XX", description = "Refused: `validation_failed`, `account_name_taken`, `invalid_credentials`, `signup_closed`, `rate_limited`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/accounts")]
pub(super) async fn create_account(
    app: Data<App>,
    command: Command<CreateAccount>,
) -> Result<HttpResponse, Problem> {
    if app.config.signup.mode == SignupMode::Closed {
        return Err(Refusal::new(Code::SignupClosed, "Accounts are made by the server's operator.").into());
    }
    let (new, password) = command.body.read()?;
    let owner = account::identify_owner(&app, &new.owner_email, password).await?;
    mutate(&app, OUTSIDE, command.idempotency, async |tx| {
        let (row, employee, member) = account::sign_up(tx, &app.env, &new, &owner).await?;
        let tokens = session::begin(tx, &app.env, &app.keys, member).await?;
        let account = AccountView::of(&app, &row);
        let employee = EmployeeView::of(&app, &row.name, &employee);
        let view = SignedUp { account, employee, tokens: tokens.into() };
        Answer::created(&view, "/v1/account".to_owned())
    })
    .await
}

impl CreateAccount {
    fn read(self) -> Result<(account::SignUp, String), Refusal> {
        let mut fields = Fields::default();
        let name = fields.read("/name", AccountName::parse(&self.name));
        let title = fields.read("/title", Name::parse(&self.title));
        let language = match &self.language {
            None => Some(Language::default()),
            Some(code) => fields.read("/language", code.parse()),
        };
        let owner_name = fields.read("/owner/name", Name::parse(&self.owner.name));
        let owner_login = fields.read("/owner/login", Login::parse(&self.owner.login));
        let owner_email = fields.read("/owner/email", EmailAddress::parse(&self.owner.email));
        let password = fields
            .read("/owner/password", password::check(&self.owner.password))
            .map(|()| self.owner.password);
        match (name, title, language, owner_name, owner_login, owner_email, password) {
            (
                Some(name),
                Some(title),
                Some(language),
                Some(owner_name),
                Some(owner_login),
                Some(owner_email),
                Some(password),
            ) => Ok((
                account::SignUp { name, title, language, owner_name, owner_login, owner_email },
                password,
            )),
            _ => Err(fields.refusal()),
        }
    }
}
