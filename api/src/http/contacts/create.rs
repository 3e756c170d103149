//! `POST /v1/contacts`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{
    contact::{Card, NamePart, NameParts, Position, PostalAddress, TimeZone},
    id::{ContactGroupId, PersonId},
    mail_address::EmailAddress,
    refusal::Refusal,
    text::Name,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    ContactView, MAX_LIST,
    input::{PhoneInput, read_description, read_phones, require_name},
};
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
        contact::{
            self,
            resemblance::{self, Typed},
        },
    },
};

/// A new contact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
struct CreateContact {
    /// What he is shown as, 1–250 characters; absent: the parts of his name, of which there must be one then.
    #[schema(example = "Ivan Client", max_length = 250)]
    name: Option<String>,
    /// At most 100 characters.
    #[schema(max_length = 100)]
    first_name: Option<String>,
    /// A middle name or patronymic; at most 100 characters.
    #[schema(max_length = 100)]
    middle_name: Option<String>,
    /// At most 100 characters.
    #[schema(max_length = 100)]
    last_name: Option<String>,
    #[serde(default)]
    is_company: bool,
    /// The main address: where mail goes. An internal address of another account makes a link instead.
    #[schema(example = "ivan@client.example")]
    email: Option<String>,
    /// At most 50.
    #[serde(default)]
    #[schema(max_items = 50)]
    additional_emails: Vec<String>,
    /// At most 50.
    #[serde(default)]
    #[schema(max_items = 50)]
    phones: Vec<PhoneInput>,
    /// `en` or `ru`; absent: the account's.
    language: Option<String>,
    /// By its name in the IANA database.
    #[schema(example = "Europe/Berlin", max_length = 64)]
    time_zone: Option<String>,
    /// At most 50 contacts.
    #[serde(default)]
    #[schema(max_items = 50)]
    company_ids: Vec<Uuid>,
    /// At most 50 employees, whom he may set tasks as an external user; those of a company are its contacts', too (EXT-2).
    #[serde(default)]
    #[schema(max_items = 50)]
    responsible_ids: Vec<Uuid>,
    /// One of `/v1/contact-groups`.
    group_id: Option<Uuid>,
    /// What he is where he works; at most 250 characters.
    #[schema(max_length = 250)]
    position: Option<String>,
    /// Notes, at most 64 KiB. He never sees them.
    description: Option<String>,
    /// Where he is found, on one line of at most 1000 characters.
    #[schema(max_length = 1000)]
    address: Option<String>,
    /// May be put in a role and be addressed (CONF-1).
    #[serde(default)]
    selectable_as_participant: bool,
    /// May be made a task's counterparty (CONF-2), which sends him nothing; absent: true.
    selectable_as_counterparty: Option<bool>,
    /// Mail from him is rejected (SPM-2).
    #[serde(default)]
    spam: bool,
    /// May read and answer in the portal what was addressed to him; absent: true.
    portal_access: Option<bool>,
    /// Sees in the portal what his companies' other contacts see in tasks about them (EXT-8); absent: false.
    #[serde(default)]
    sees_company_tasks: bool,
}

/// Add a contact
///
/// `warnings` tells who might be the same, by name or phone (DUP-4).
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
    let card = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let contact = contact::create(tx, &app, &caller, card).await?;
        let location = format!("/v1/contacts/{}", contact.id);
        let alike = resemblance::find(tx, &caller, &Typed::of(&contact)).await?;
        let view = ContactView::warning_of(&contact, alike);
        Ok(Answer::created(&view, location)?.with_version(contact.version))
    })
    .await
}

impl CreateContact {
    fn read(self) -> Result<Card, Refusal> {
        let mut fields = Fields::default();
        let mut part =
            |pointer, text: Option<String>| text.and_then(|it| fields.read(pointer, NamePart::parse(&it)));
        let parts = NameParts {
            first: part("/first_name", self.first_name),
            middle: part("/middle_name", self.middle_name),
            last: part("/last_name", self.last_name),
        };
        let name = match self.name {
            Some(name) => fields.read("/name", Name::parse(&name)),
            None => parts.shown(),
        };
        if name.is_none() && fields.is_empty() {
            require_name(&mut fields);
        }
        let main = self.email.and_then(|it| fields.read("/email", EmailAddress::parse(&it)));
        fields.at_most("/additional_emails", self.additional_emails.len(), MAX_LIST);
        let further = fields.read_each("/additional_emails", &self.additional_emails, EmailAddress::parse);
        let phones = read_phones(&mut fields, self.phones);
        let language = self.language.and_then(|it| fields.read("/language", it.parse()));
        let time_zone = self.time_zone.and_then(|it| fields.read("/time_zone", TimeZone::parse(&it)));
        fields.at_most("/company_ids", self.company_ids.len(), MAX_LIST);
        fields.at_most("/responsible_ids", self.responsible_ids.len(), MAX_LIST);
        let position = self.position.and_then(|it| fields.read("/position", Position::parse(&it)));
        let description = self.description.and_then(|it| read_description(&mut fields, it));
        let address = self.address.and_then(|it| fields.read("/address", PostalAddress::parse(&it)));
        let (Some(name), true) = (name, fields.is_empty()) else { return Err(fields.refusal()) };
        Ok(Card {
            name,
            parts,
            is_company: self.is_company,
            emails: main.into_iter().chain(further).collect(),
            phones,
            company_ids: self.company_ids.into_iter().map(PersonId::new).collect(),
            responsible_ids: self.responsible_ids.into_iter().map(PersonId::new).collect(),
            group_id: self.group_id.map(ContactGroupId::new),
            position,
            description,
            address,
            language,
            time_zone,
            selectable_as_participant: self.selectable_as_participant,
            selectable_as_counterparty: self.selectable_as_counterparty.unwrap_or(true),
            spam: self.spam,
            portal_access: self.portal_access.unwrap_or(true),
            sees_company_tasks: self.sees_company_tasks,
        })
    }
}
