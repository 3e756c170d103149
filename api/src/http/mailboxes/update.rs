//! `PATCH /v1/mailboxes/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{
    account::Login,
    id::{MailboxId, ProjectId},
    mail_address::EmailAddress,
    mailbox::MAX_PROJECTS,
    refusal::Refusal,
    text::Name,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MailboxView, connection::UpdateConnection};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        patch::{Change, Patch},
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        signatures::read_signature,
        transact::{mutate, query, scope_of},
    },
    service::{
        account,
        caller::StaffCaller,
        mailbox::{self, ChannelChange, Mailbox, MailboxFields},
    },
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateMailbox {
    #[serde(default)]
    #[schema(value_type = String)]
    address: Change<String>,
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    sender_name: Change<String>,
    #[serde(default)]
    #[schema(value_type = UpdateConnection)]
    smtp: Change<UpdateConnection>,
    /// Null: mail is not fetched any more.
    #[serde(default)]
    #[schema(value_type = Option<UpdateConnection>)]
    imap: Patch<UpdateConnection>,
    /// The address of this account that mail fetched from a company's mailbox is for.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    deliver_to: Patch<String>,
    /// The whole list.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 200)]
    projects: Change<Vec<Uuid>>,
    #[serde(default)]
    #[schema(value_type = bool)]
    is_default: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    replies_to_this_address: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    save_to_sent: Change<bool>,
    /// At most 64 KB.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    signature_html: Patch<String>,
}

/// Change a mailbox
#[utoipa::path(
    operation_id = "update_mailbox", tag = "mailboxes", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mailbox"), crate::http::openapi::IfMatchParam),
    request_body = UpdateMailbox,
    responses(
        (status = 200, description = "Changed", body = MailboxView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `email_taken`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/mailboxes/{id}")]
pub(super) async fn update_mailbox(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateMailbox>,
) -> Result<HttpResponse, Problem> {
    let id = MailboxId::new(*id);
    query(&app, async |tx| mailbox::get_to_change(tx, &caller, id).await).await?;
    let deliver_to = match &command.body.deliver_to {
        Patch::Value(address) => Patch::Value(mailbox::read_place(&app, &caller, address).await?),
        Patch::Null => Patch::Null,
        Patch::Absent => Patch::Absent,
    };
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = mailbox::get_to_change(tx, &caller, id).await?;
        if_match.check(current.row.version)?;
        let (fields, smtp, imap) = command.body.read(&current, deliver_to)?;
        let changed = mailbox::update(tx, &app, &caller, &current, fields, smtp, imap).await?;
        let account = account::get(tx, caller.account).await?;
        let view = MailboxView::of(&app, &account.name, &changed);
        Ok(Answer::ok(&view)?.with_version(changed.row.version))
    })
    .await
}

impl UpdateMailbox {
    /// The mailbox as it will be.
    fn read(
        self,
        current: &Mailbox,
        deliver_to: Patch<Login>,
    ) -> Result<(MailboxFields, ChannelChange, ChannelChange), Refusal> {
        let row = &current.row;
        let mut fields = Fields::default();
        let address = self.address.0.unwrap_or_else(|| row.address.clone());
        let address = fields.read("/address", EmailAddress::parse(&address));
        let sender_name = self.sender_name.0.unwrap_or_else(|| row.sender_name.clone());
        let sender_name = fields.read("/sender_name", Name::parse(&sender_name));
        let read =
            |it: UpdateConnection, fields: &mut Fields, pointer, current| it.read(fields, pointer, current);
        let smtp = self.smtp.0.map(|it| read(it, &mut fields, "/smtp", current.smtp.as_ref()));
        let imap = match self.imap {
            Patch::Absent => ChannelChange::Keep,
            Patch::Null => ChannelChange::Remove,
            Patch::Value(it) => read(it, &mut fields, "/imap", current.imap.as_ref()),
        };
        let signature_html = match self.signature_html {
            Patch::Absent => row.signature_html.clone(),
            Patch::Null => None,
            Patch::Value(html) => read_signature(&mut fields, "/signature_html", &html),
        };
        let projects = self.projects.0.unwrap_or_else(|| row.project_ids.0.clone());
        fields.at_most("/projects", projects.len(), MAX_PROJECTS);
        let kept_place = row.deliver_to.as_deref().and_then(|it| Login::parse(it).ok());
        match (address, sender_name) {
            (Some(address), Some(sender_name)) if fields.is_empty() => {
                let fields = MailboxFields {
                    address,
                    sender_name,
                    deliver_to: deliver_to.or(kept_place),
                    projects: projects.into_iter().map(ProjectId::new).collect(),
                    is_default: self.is_default.0.unwrap_or(row.is_default),
                    replies_to_this_address: self
                        .replies_to_this_address
                        .0
                        .unwrap_or(row.replies_to_this_address),
                    save_to_sent: self.save_to_sent.0.unwrap_or(row.save_to_sent),
                    signature_html,
                };
                Ok((fields, smtp.unwrap_or(ChannelChange::Keep), imap))
            }
            _ => Err(fields.refusal()),
        }
    }
}
