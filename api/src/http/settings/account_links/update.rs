//! `PATCH /v1/settings/account-links`

use std::collections::BTreeSet;

use actix_web::{HttpResponse, patch, web::Data};
use liaison_domain::{account::AccountName, link::policy::LinkSettings, refusal::Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

use super::LinkSettingsView;
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
    service::{caller::StaffCaller, link::settings},
};

/// Most accounts in a list.
const MAX_ACCOUNTS: usize = 1_000;

/// What changes; absent fields stay, lists are replaced whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateLinkSettings {
    /// `any` or `listed`.
    #[serde(default)]
    #[schema(value_type = String)]
    outgoing: Change<String>,
    /// At most 1,000 names.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 1000)]
    outgoing_accounts: Change<Vec<String>>,
    /// At most 1,000 names.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 1000)]
    trusted_accounts: Change<Vec<String>>,
    /// `accept`, `approve` or `refuse`.
    #[serde(default)]
    #[schema(value_type = String)]
    incoming: Change<String>,
}

/// Change the settings of account links
///
/// They count for links that are made from then on; those that are there stay. For administrators.
#[utoipa::path(
    operation_id = "update_link_settings", tag = "settings", security(("bearer" = [])),
    params(crate::http::openapi::IfMatchParam),
    request_body = UpdateLinkSettings,
    responses(
        (status = 200, description = "Changed", body = LinkSettingsView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/settings/account-links")]
pub(super) async fn update_link_settings(
    app: Data<App>,
    caller: StaffCaller,
    if_match: IfMatch,
    command: Command<UpdateLinkSettings>,
) -> Result<HttpResponse, Problem> {
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = settings::get(tx, &caller).await?;
        if_match.check(current.version)?;
        let changed = command.body.apply(current)?;
        let settings = settings::update(tx, &app.env, &caller, &changed).await?;
        Ok(Answer::ok(&LinkSettingsView::from(&settings))?.with_version(settings.version))
    })
    .await
}

impl UpdateLinkSettings {
    fn apply(self, current: LinkSettings) -> Result<LinkSettings, Refusal> {
        let mut fields = Fields::default();
        let outgoing = fields.change("/outgoing", self.outgoing, |it: String| it.parse());
        let incoming = fields.change("/incoming", self.incoming, |it: String| it.parse());
        let listed = names(&mut fields, "/outgoing_accounts", self.outgoing_accounts);
        let trusted = names(&mut fields, "/trusted_accounts", self.trusted_accounts);
        fields.finish()?;
        Ok(LinkSettings {
            outgoing: outgoing.unwrap_or(current.outgoing),
            outgoing_accounts: listed.unwrap_or(current.outgoing_accounts),
            trusted_accounts: trusted.unwrap_or(current.trusted_accounts),
            incoming: incoming.unwrap_or(current.incoming),
            version: current.version,
        })
    }
}

fn names(fields: &mut Fields, pointer: &str, names: Change<Vec<String>>) -> Option<BTreeSet<String>> {
    let names = names.0?;
    fields.at_most(pointer, names.len(), MAX_ACCOUNTS);
    let names = fields.read_each(pointer, &names, AccountName::parse);
    Some(names.iter().map(ToString::to_string).collect())
}
