//! `POST /v1/mailboxes`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{
    account::Login,
    id::ProjectId,
    mail_address::EmailAddress,
    mailbox::{MAX_PROJECTS, MailboxOwner},
    refusal::Refusal,
    text::Name,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MailboxView, connection::Connection};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        signatures::read_signature,
        transact::{mutate, scope_of},
    },
    service::{
        account,
        caller::StaffCaller,
        mailbox::{self, ConnectionFields, MailboxFields},
    },
};

/// A new mailbox.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateMailbox {
    /// `company`, for administrators, or `employee`: the caller's own
    #[schema(example = "company")]
    owner: String,
    /// What is in From.
    #[schema(example = "support@example.com")]
    address: String,
    /// The name in From, 1–250 characters.
    #[schema(max_length = 250)]
    sender_name: String,
    /// How mail leaves.
    smtp: Connection,
    /// How mail is fetched; absent: it is not.
    imap: Option<Connection>,
    /// The address of this account that mail fetched from a company's mailbox is for. An employee's is for him.
    deliver_to: Option<String>,
    /// The projects whose tasks it is for, at most 200; absent or empty: it is for everything.
    #[serde(default)]
    #[schema(max_items = 200)]
    projects: Vec<Uuid>,
    /// Chosen where a comment names no mailbox.
    #[serde(default)]
    is_default: bool,
    /// Answers go to this mailbox's address; otherwise to an address of Liaison's.
    #[serde(default)]
    replies_to_this_address: bool,
    /// Put a copy of what is sent into the folder of sent mail; needs `imap`.
    #[serde(default)]
    save_to_sent: bool,
    /// At most 64 KB.
    signature_html: Option<String>,
}

/// Add a mailbox
///
/// What its servers say is seen by `:test` and in `health`.
#[utoipa::path(
    operation_id = "create_mailbox", tag = "mailboxes", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateMailbox,
    responses(
        (status = 201, description = "Added", body = MailboxView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `email_taken`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mailboxes")]
pub(super) async fn create_mailbox(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateMailbox>,
) -> Result<HttpResponse, Problem> {
    let deliver_to = match &command.body.deliver_to {
        Some(address) => Some(mailbox::read_place(&app, &caller, address).await?),
        None => None,
    };
    let New { owner, fields, smtp, imap } = command.body.read(deliver_to)?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let made = mailbox::create(tx, &app, &caller, owner, fields, smtp, imap).await?;
        let account = account::get(tx, caller.account).await?;
        let view = MailboxView::of(&app, &account.name, &made);
        Ok(Answer::created(&view, format!("/v1/mailboxes/{}", made.row.id))?.with_version(made.row.version))
    })
    .await
}

struct New {
    owner: MailboxOwner,
    fields: MailboxFields,
    smtp: ConnectionFields,
    imap: Option<ConnectionFields>,
}

impl CreateMailbox {
    fn read(self, deliver_to: Option<Login>) -> Result<New, Refusal> {
        let mut fields = Fields::default();
        let owner = fields.read("/owner", self.owner.parse());
        let address = fields.read("/address", EmailAddress::parse(&self.address));
        let sender_name = fields.read("/sender_name", Name::parse(&self.sender_name));
        let smtp = self.smtp.read(&mut fields, "/smtp");
        let imap = self.imap.and_then(|it| it.read(&mut fields, "/imap"));
        fields.at_most("/projects", self.projects.len(), MAX_PROJECTS);
        let signature_html =
            self.signature_html.and_then(|it| read_signature(&mut fields, "/signature_html", &it));
        match (owner, address, sender_name, smtp) {
            (Some(owner), Some(address), Some(sender_name), Some(smtp)) if fields.is_empty() => {
                let fields = MailboxFields {
                    address,
                    sender_name,
                    deliver_to,
                    projects: self.projects.into_iter().map(ProjectId::new).collect(),
                    is_default: self.is_default,
                    replies_to_this_address: self.replies_to_this_address,
                    save_to_sent: self.save_to_sent,
                    signature_html,
                };
                Ok(New { owner, fields, smtp, imap })
            }
            _ => Err(fields.refusal()),
        }
    }
}
