//! `/v1/mail/dkim-keys`: what the account's mail is signed with.

mod create;
mod delete;
mod list;

use chrono::{DateTime, Utc};
use liaison_domain::dkim::{record_name, zone_line};
use liaison_persistence::{account::AccountRow, dkim_key::DkimKeyRow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{app::App, http::routes::Routes, view::name::DkimAlgorithmName};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list::list_dkim_keys).service(create::create_dkim_key).service(delete::delete_dkim_key);
}

/// A key that signs the account's mail. Its private half is never shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DkimKey)]
struct DkimKeyView {
    id: Uuid,
    algorithm: DkimAlgorithmName,
    /// The domain that it signs for: that of the account's mail.
    #[schema(example = "acme.liaison.example.com")]
    domain: String,
    selector: String,
    record: DnsRecordView,
    created_at: DateTime<Utc>,
}

/// What has to stand in the DNS for the key's signatures to count.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsRecord)]
struct DnsRecordView {
    name: String,
    /// `TXT`
    #[serde(rename = "type")]
    #[schema(example = "TXT")]
    kind: &'static str,
    value: String,
    /// The whole record as a line of a zone file.
    zone_line: String,
}

impl DkimKeyView {
    fn of(app: &App, account: &AccountRow, row: DkimKeyRow) -> Self {
        let domain = app.config.mail.domain_of(&account.name);
        let name = record_name(&row.selector, &domain);
        let zone_line = zone_line(&name, &row.record);
        Self {
            id: row.id.uuid(),
            algorithm: row.algorithm.into(),
            domain,
            selector: row.selector,
            record: DnsRecordView { name, kind: "TXT", value: row.record, zone_line },
            created_at: row.created_at,
        }
    }
}
