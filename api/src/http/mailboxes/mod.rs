//! `/v1/mailboxes`: the company's and the caller's own SMTP and IMAP accounts.

mod connection;
mod create;
mod delete;
mod list;
mod show;
mod test;
mod update;

use chrono::{DateTime, Utc};
use liaison_domain::{
    mailbox::MailboxOwner,
    person::{PersonKind, PersonRef},
};
use liaison_persistence::mailbox::channel::ChannelRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::routes::Routes;
use crate::{
    app::App,
    service::mailbox::Mailbox,
    view::{
        name::{
            ConnectionSecurityName, FailureClassName, HealthStateName, LoginMethodName, MailboxOwnerName,
        },
        person::PersonView,
    },
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_mailboxes)
        .service(create::create_mailbox)
        .service(show::show_mailbox)
        .service(update::update_mailbox)
        .service(delete::delete_mailbox)
        .service(test::test_mailbox);
}

/// An external mailbox. Passwords are never shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mailbox)]
struct MailboxView {
    id: Uuid,
    owner: MailboxOwnerName,
    /// The employee whose it is; null for the company's.
    #[schema(required)]
    employee: Option<PersonView>,
    address: String,
    /// The name in From.
    sender_name: String,
    /// How mail leaves; null for those who use the mailbox without setting it up.
    #[schema(required)]
    smtp: Option<ConnectionView>,
    /// How mail is fetched; null where it is not, and for those who don't set it up.
    #[schema(required)]
    imap: Option<ConnectionView>,
    /// The address of this account that fetched mail is for.
    #[schema(required)]
    deliver_to: Option<String>,
    /// The projects whose tasks it is for; empty: it is for everything.
    projects: Vec<Uuid>,
    /// Chosen where a comment names no mailbox.
    is_default: bool,
    /// Answers go to this mailbox's address; otherwise to an address of Liaison's.
    replies_to_this_address: bool,
    /// A copy of what is sent is put into the folder of sent mail.
    save_to_sent: bool,
    #[schema(required)]
    signature_html: Option<String>,
    /// Null for those who don't set it up.
    #[schema(required)]
    health: Option<HealthView>,
    created_at: DateTime<Utc>,
}

/// How a server is reached.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailboxConnection)]
struct ConnectionView {
    host: String,
    port: u16,
    security: ConnectionSecurityName,
    username: String,
    authentication: LoginMethodName,
}

/// How well a mailbox works.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailboxHealth)]
struct HealthView {
    smtp: ChannelHealthView,
    #[schema(required)]
    imap: Option<ChannelHealthView>,
}

/// How well one of its servers works. After three failures in a row the feed of changes says `mailbox.failing`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChannelHealth)]
struct ChannelHealthView {
    /// `unknown` before the first use.
    state: HealthStateName,
    #[schema(required)]
    last_success_at: Option<DateTime<Utc>>,
    /// Where the last failure lay, also when it is over.
    #[schema(required)]
    last_error: Option<FailureClassName>,
    #[schema(required)]
    last_error_at: Option<DateTime<Utc>>,
    /// Since the last success.
    consecutive_failures: i64,
}

impl MailboxView {
    fn of(app: &App, account_name: &str, mailbox: &Mailbox) -> Self {
        let row = &mailbox.row;
        let owner = if row.owner_id.is_some() { MailboxOwner::Employee } else { MailboxOwner::Company };
        let domain = app.config.mail.domain_of(account_name);
        let employee = row.owner_id.zip(row.owner_name.clone());
        let employee = employee.map(|(id, name)| PersonRef::of(id, PersonKind::Employee, name));
        Self {
            id: row.id.uuid(),
            owner: owner.into(),
            employee: employee.as_ref().map(PersonView::from),
            address: row.address.clone(),
            sender_name: row.sender_name.clone(),
            smtp: mailbox.smtp.as_ref().map(ConnectionView::from),
            imap: mailbox.imap.as_ref().map(ConnectionView::from),
            deliver_to: mailbox.place().map(|local| format!("{local}@{domain}")),
            projects: row.project_ids.0.clone(),
            is_default: row.is_default,
            replies_to_this_address: row.replies_to_this_address,
            save_to_sent: row.save_to_sent,
            signature_html: row.signature_html.clone(),
            health: mailbox.smtp.as_ref().map(|smtp| HealthView {
                smtp: ChannelHealthView::from(smtp),
                imap: mailbox.imap.as_ref().map(ChannelHealthView::from),
            }),
            created_at: row.created_at,
        }
    }
}

impl From<&ChannelRow> for ConnectionView {
    fn from(row: &ChannelRow) -> Self {
        Self {
            host: row.host.clone(),
            port: row.port.try_into().unwrap_or_default(),
            security: row.security.into(),
            username: row.username.clone(),
            authentication: row.authentication.into(),
        }
    }
}

impl From<&ChannelRow> for ChannelHealthView {
    fn from(row: &ChannelRow) -> Self {
        let health = row.health();
        Self {
            state: health.state().into(),
            last_success_at: health.last_success_at,
            last_error: health.last_error.map(Into::into),
            last_error_at: health.last_error_at,
            consecutive_failures: health.consecutive_failures,
        }
    }
}
