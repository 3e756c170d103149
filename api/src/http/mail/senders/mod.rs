//! `/v1/mail/senders`: addresses whose mail is rejected, and those that are taken for known. Said through
//! `/v1/mail/incoming/{id}:block` and `:trust`, taken back here.

mod delete;
mod list;

use chrono::{DateTime, Utc};
use liaison_persistence::mail_sender::SenderRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{http::routes::Routes, view::name::SenderStandingName};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list::list_mail_senders).service(delete::delete_mail_sender);
}

/// An address that mail comes from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailSender)]
struct MailSenderView {
    id: Uuid,
    address: String,
    /// `blocked`: its mail is rejected; `trusted`: it is known.
    standing: SenderStandingName,
    created_at: DateTime<Utc>,
}

impl From<SenderRow> for MailSenderView {
    fn from(row: SenderRow) -> Self {
        Self {
            id: row.id.uuid(),
            address: row.address,
            standing: row.standing.into(),
            created_at: row.created_at,
        }
    }
}
