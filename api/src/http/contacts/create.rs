//! `POST /v1/contacts`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{id::PersonId, mail_address::EmailAddress, refusal::Refusal, text::Name};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ContactView, MAX_LIST, check_phones};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        contact::{self, ContactFields},
    },
};

/// A new contact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateContact {
    /// 1–250 characters.
    #[schema(example = "Ivan Client", max_length = 250)]
    name: String,
    #[serde(default)]
    is_company: bool,
    /// The main address: where mail goes. An internal address of another account makes a link instead.
    #[schema(example = "ivan@client.example")]
    email: Option<String>,
    /// At most 50.
    #[serde(default)]
    #[schema(max_items = 50)]
    additional_emails: Vec<String>,
    /// At most 50 of at most 64 characters.
    #[serde(default)]
    #[schema(max_items = 50)]
    phones: Vec<String>,
    /// `en` or `ru`; absent: the account's.
    language: Option<String>,
    /// At most 50 contacts.
    #[serde(default)]
    #[schema(max_items = 50)]
    company_ids: Vec<Uuid>,
    /// May be put in a role and be addressed (CONF-1).
    #[serde(default)]
    selectable_as_participant: bool,
    /// May read and answer in the portal what was addressed to him; absent: true.
    portal_access: Option<bool>,
}

/// Add a contact
#[utoipa::path(
    operation_id = "create_contact", tag = "contacts", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateContact,
    responses(
        (status = 201, description = "Added", body = ContactView),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `email_taken`, `not_found`, `already_linked`, `link_forbidden_by_policy`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contacts")]
pub(super) async fn create_contact(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateContact>,
) -> Result<HttpResponse, Problem> {
    let fields = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let contact = contact::create(tx, &app, &caller, fields).await?;
        let location = format!("/v1/contacts/{}", contact.id);
        Ok(Answer::created(&ContactView::from(&contact), location)?.with_version(contact.version))
    })
    .await
}

impl CreateContact {
    fn read(self) -> Result<ContactFields, Refusal> {
        let mut fields = Fields::default();
        let name = fields.read("/name", Name::parse(&self.name));
        let main = self.email.and_then(|it| fields.read("/email", EmailAddress::parse(&it)));
        fields.at_most("/additional_emails", self.additional_emails.len(), MAX_LIST);
        let further = fields.read_each("/additional_emails", &self.additional_emails, EmailAddress::parse);
        check_phones(&mut fields, &self.phones);
        let language = self.language.and_then(|it| fields.read("/language", it.parse()));
        fields.at_most("/company_ids", self.company_ids.len(), MAX_LIST);
        fields.finish()?;
        // `finish` has refused where the name is missing.
        let Some(name) = name else { return Err(Fields::default().refusal()) };
        Ok(ContactFields {
            name,
            is_company: self.is_company,
            emails: main.into_iter().chain(further).collect(),
            phones: self.phones,
            language,
            company_ids: self.company_ids.into_iter().map(PersonId::new).collect(),
            selectable_as_participant: self.selectable_as_participant,
            spam: false,
            portal_access: self.portal_access.unwrap_or(true),
        })
    }
}
