//! `/v1/accounts` (sign-up) and `/v1/account` (the caller's own).

mod create;
mod show;
mod update;

use chrono::{DateTime, Utc};
use liaison_persistence::account::AccountRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::routes::Routes,
    view::name::{ExternalUsersSeeName, LanguageName},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(create::create_account).service(show::show_account).service(update::update_account);
}

/// A tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(super) struct AccountView {
    id: Uuid,
    /// A DNS label; never changes.
    #[schema(example = "acme")]
    name: String,
    title: String,
    /// What mails are written in where the contact's own language is not known.
    language: LanguageName,
    /// How long a comment that an employee addresses to contacts is held, so that he can take it back; 0: not at all.
    send_delay_seconds: i64,
    /// What contacts who sign in see of the tasks that they take part in: `all` that is not hidden, what employees say among
    /// themselves with it, or what is `addressed` to them. Counts for what was written before, too.
    external_users_see: ExternalUsersSeeName,
    /// `<name>.<mail domain of the server>`: the domain of the account's internal addresses.
    mail_domain: String,
    created_at: DateTime<Utc>,
}

impl AccountView {
    pub(super) fn of(app: &App, account: &AccountRow) -> Self {
        Self {
            id: account.id.uuid(),
            mail_domain: format!("{}.{}", account.name, app.config.mail.domain),
            name: account.name.clone(),
            title: account.title.clone(),
            language: account.language.into(),
            send_delay_seconds: account.send_delay_seconds,
            external_users_see: account.external_users_see.into(),
            created_at: account.created_at,
        }
    }
}
