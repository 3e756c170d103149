//! `PATCH /v1/account`

use actix_web::{HttpResponse, patch, web::Data};
use liaison_domain::{
    comment::MAX_SEND_DELAY_SECONDS,
    refusal::{FieldCode, Refusal},
    text::Name,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::AccountView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        patch::Change,
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        account::{self, AccountChange},
        caller::StaffCaller,
    },
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateAccount {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    title: Change<String>,
    /// `en` or `ru`.
    #[serde(default)]
    #[schema(value_type = String)]
    language: Change<String>,
    /// 0 to 300: how long a comment that an employee addresses to contacts is held.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 300)]
    send_delay_seconds: Change<i64>,
    /// `all` or `addressed`: what contacts who sign in see of the tasks that they take part in.
    #[serde(default)]
    #[schema(value_type = String)]
    external_users_see: Change<String>,
}

/// Change the own account
///
/// For administrators.
#[utoipa::path(
    operation_id = "update_account", tag = "accounts", security(("bearer" = [])),
    params(crate::http::openapi::IfMatchParam),
    request_body = UpdateAccount,
    responses(
        (status = 200, description = "Changed", body = AccountView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/account")]
pub(super) async fn update_account(
    app: Data<App>,
    caller: StaffCaller,
    if_match: IfMatch,
    command: Command<UpdateAccount>,
) -> Result<HttpResponse, Problem> {
    let change = command.body.read()?;
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = account::get(tx, caller.account).await?;
        if_match.check(current.version)?;
        let account = account::update(tx, &app.env, &caller, current, change).await?;
        Ok(Answer::ok(&AccountView::of(&app, &account))?.with_version(account.version))
    })
    .await
}

impl UpdateAccount {
    fn read(self) -> Result<AccountChange, Refusal> {
        let mut fields = Fields::default();
        let title = fields.change("/title", self.title, |it: String| Name::parse(&it));
        let language = fields.change("/language", self.language, |it: String| it.parse());
        let see = fields.change("/external_users_see", self.external_users_see, |it: String| it.parse());
        let send_delay_seconds = self.send_delay_seconds.0;
        if send_delay_seconds.is_some_and(|it| !(0..=MAX_SEND_DELAY_SECONDS).contains(&it)) {
            let detail = format!("must be 0 to {MAX_SEND_DELAY_SECONDS}");
            fields.note("/send_delay_seconds", FieldCode::OutOfRange, detail);
        }
        fields.finish()?;
        Ok(AccountChange { title, language, send_delay_seconds, external_users_see: see })
    }
}
