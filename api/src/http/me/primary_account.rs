//! `/v1/me/primary-account`: where the caller works who is employed in several accounts.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web::Data};
use liaison_domain::account::AccountName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, no_content, query, scope_of},
    },
    service::{caller::StaffCaller, link::primary},
};

/// Where what is addressed to the caller in this account appears.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PrimaryAccount)]
struct PrimaryAccountView {
    /// The account's name; this one's where he chose none.
    account: String,
}

/// The account to work in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetPrimaryAccount {
    /// The name of an account where the caller works too; this one's own takes the choice back.
    #[schema(example = "globex", max_length = 63)]
    account: String,
}

/// My primary account
#[utoipa::path(
    operation_id = "show_primary_account", tag = "me", security(("bearer" = [])),
    responses(
        (status = 200, description = "The account", body = PrimaryAccountView),
        (status = "4XX", description = "Refused: `unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/me/primary-account")]
pub(super) async fn show_primary_account(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let (account, _) = query(&app, async |tx| primary::get(tx, &caller).await).await?;
    Ok(Answer::ok(&PrimaryAccountView { account: account.name })?.respond(&request))
}

/// Choose my primary account
///
/// From now on what is addressed to the caller here appears there, where he works too, and what he answers there appears here.
#[utoipa::path(
    operation_id = "set_primary_account", tag = "me", security(("bearer" = [])),
    request_body = SetPrimaryAccount,
    responses(
        (status = 200, description = "Chosen", body = PrimaryAccountView),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `link_cycle`, `already_linked`, `link_forbidden_by_policy`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[put("/v1/me/primary-account")]
pub(super) async fn set_primary_account(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<SetPrimaryAccount>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let name = fields.read("/account", AccountName::parse(&command.body.account));
    let name = name.ok_or_else(|| fields.refusal())?;
    mutate(&app, scope_of(&caller), None, async |tx| {
        primary::set(tx, &app, &caller, &name).await?;
        let (account, _) = primary::get(tx, &caller).await?;
        Answer::ok(&PrimaryAccountView { account: account.name })
    })
    .await
}

/// Work here again
#[utoipa::path(
    operation_id = "clear_primary_account", tag = "me", security(("bearer" = [])),
    responses(
        (status = 204, description = "What is addressed to the caller here stays here"),
        (status = "4XX", description = "Refused: `unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/me/primary-account")]
pub(super) async fn clear_primary_account(
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| primary::clear(tx, &app, &caller).await).await
}
