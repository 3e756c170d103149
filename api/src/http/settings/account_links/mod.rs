//! `/v1/settings/account-links`

mod show;
mod update;

use liaison_domain::link::policy::LinkSettings;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::routes::Routes,
    view::name::{IncomingPolicyName, OutgoingPolicyName},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show::show_link_settings).service(update::update_link_settings);
}

/// Whom the account's people may be linked with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountLinkSettings)]
struct LinkSettingsView {
    /// `any` (default), or `listed`: links go to the accounts of the list alone.
    outgoing: OutgoingPolicyName,
    /// Names; an empty list lets nothing out.
    outgoing_accounts: Vec<String>,
    /// Names of accounts whose requests need no consent.
    trusted_accounts: Vec<String>,
    /// What becomes of other accounts' requests: `accept` (default), `approve`: the employee is asked, `refuse`.
    incoming: IncomingPolicyName,
}

impl From<&LinkSettings> for LinkSettingsView {
    fn from(settings: &LinkSettings) -> Self {
        Self {
            outgoing: settings.outgoing.into(),
            outgoing_accounts: settings.outgoing_accounts.iter().cloned().collect(),
            trusted_accounts: settings.trusted_accounts.iter().cloned().collect(),
            incoming: settings.incoming.into(),
        }
    }
}
