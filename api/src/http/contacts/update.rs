//! `PATCH /v1/contacts/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{
    contact::{Card, Contact, NamePart, NameParts, Position, PostalAddress, TimeZone},
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
    input::{PhoneInput, read_description, read_phones},
};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        patch::{Change, Patch},
        precondition::IfMatch,
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

/// What changes; absent fields stay, lists are replaced whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateContact {
    /// 1–250 characters.
    #[serde(default)]
    #[schema(value_type = String, max_length = 250)]
    name: Change<String>,
    /// At most 100 characters. A name that was made of the parts follows them.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    first_name: Patch<String>,
    /// At most 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    middle_name: Patch<String>,
    /// At most 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    last_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = bool)]
    is_company: Change<bool>,
    /// The main address; null takes it away, and the first further one takes its place. An internal address of another
    /// account makes a link instead.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Patch<String>,
    /// At most 50.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    additional_emails: Change<Vec<String>>,
    /// At most 50.
    #[serde(default)]
    #[schema(value_type = Vec<PhoneInput>, max_items = 50)]
    phones: Change<Vec<PhoneInput>>,
    /// `en`, `ru`, or null for the account's.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Patch<String>,
    /// By its name in the IANA database.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 64)]
    time_zone: Patch<String>,
    /// At most 50 contacts.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    company_ids: Change<Vec<Uuid>>,
    /// At most 50 employees, whom he may set tasks as an external user; those of a company are its contacts', too (EXT-2).
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    responsible_ids: Change<Vec<Uuid>>,
    /// One of `/v1/contact-groups`, or null for none.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    group_id: Patch<Uuid>,
    /// At most 250 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 250)]
    position: Patch<String>,
    /// Notes, at most 64 KiB. He never sees them.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    description: Patch<String>,
    /// One line of at most 1000 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    address: Patch<String>,
    #[serde(default)]
    #[schema(value_type = bool)]
    selectable_as_participant: Change<bool>,
    /// May be made a task's counterparty; where he is one already, he stays (CONF-2, CT-3).
    #[serde(default)]
    #[schema(value_type = bool)]
    selectable_as_counterparty: Change<bool>,
    /// Mail from any of his addresses is rejected from now on; what he wrote stays (SPM-1).
    #[serde(default)]
    #[schema(value_type = bool)]
    spam: Change<bool>,
    /// May read and answer in the portal what was addressed to him. Switched off, he is out at once.
    #[serde(default)]
    #[schema(value_type = bool)]
    portal_access: Change<bool>,
    /// Sees in the portal what his companies' other contacts see in tasks about them, earlier ones too (EXT-8).
    #[serde(default)]
    #[schema(value_type = bool)]
    sees_company_tasks: Change<bool>,
}

/// Change a contact
///
/// `warnings` tells who might be the same by what was changed: name or phones (DUP-4).
#[utoipa::path(
    operation_id = "update_contact", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The contact"), crate::http::openapi::IfMatchParam),
    request_body = UpdateContact,
    responses(
        (status = 200, description = "Changed", body = ContactView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `email_taken`, `already_linked`, `link_forbidden_by_policy`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/contacts/{id}")]
pub(super) async fn update_contact(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateContact>,
) -> Result<HttpResponse, Problem> {
    let id = PersonId::new(*id);
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = contact::get(tx, &caller, id).await?;
        if_match.check(current.version)?;
        let card = command.body.read(&current)?;
        let contact = contact::update(tx, &app, &caller, &current, card).await?;
        let alike = resemblance::find(tx, &caller, &Typed::changed(&current, &contact)).await?;
        Ok(Answer::ok(&ContactView::warning_of(&contact, alike))?.with_version(contact.version))
    })
    .await
}

impl UpdateContact {
    /// The contact's card as it will be.
    fn read(self, current: &Contact) -> Result<Card, Refusal> {
        let mut fields = Fields::default();
        let old = current.card.clone();
        let mut part = |pointer, patch: Patch<String>, old: Option<NamePart>| {
            fields.clearable(pointer, patch, |it| NamePart::parse(&it)).or(old)
        };
        let parts = NameParts {
            first: part("/first_name", self.first_name, old.parts.first.clone()),
            middle: part("/middle_name", self.middle_name, old.parts.middle.clone()),
            last: part("/last_name", self.last_name, old.parts.last.clone()),
        };
        let follows = old.parts.shown().is_some_and(|it| it == old.name);
        let name = fields.change("/name", self.name, |it| Name::parse(&it));
        let name = name.or_else(|| parts.shown().filter(|_| follows)).unwrap_or(old.name);
        let main = fields
            .clearable("/email", self.email, |it| EmailAddress::parse(&it))
            .or(old.emails.first().cloned());
        let further = match self.additional_emails.0 {
            None => old.emails.into_iter().skip(1).collect(),
            Some(further) => {
                fields.at_most("/additional_emails", further.len(), MAX_LIST);
                fields.read_each("/additional_emails", &further, EmailAddress::parse)
            }
        };
        let phones = match self.phones.0 {
            None => old.phones,
            Some(phones) => read_phones(&mut fields, phones),
        };
        let language = fields.clearable("/language", self.language, |it| it.parse()).or(old.language);
        let time_zone =
            fields.clearable("/time_zone", self.time_zone, |it| TimeZone::parse(&it)).or(old.time_zone);
        let company_ids = self.company_ids.0;
        fields.at_most("/company_ids", company_ids.as_ref().map_or(0, Vec::len), MAX_LIST);
        let responsible_ids = self.responsible_ids.0;
        fields.at_most("/responsible_ids", responsible_ids.as_ref().map_or(0, Vec::len), MAX_LIST);
        let position = fields.clearable("/position", self.position, |it| Position::parse(&it));
        let description = match self.description {
            Patch::Absent => old.description,
            Patch::Null => None,
            Patch::Value(text) => read_description(&mut fields, text),
        };
        let address = fields.clearable("/address", self.address, |it| PostalAddress::parse(&it));
        fields.finish()?;
        Ok(Card {
            name,
            parts,
            is_company: self.is_company.0.unwrap_or(old.is_company),
            emails: main.into_iter().chain(further).collect(),
            phones,
            company_ids: company_ids
                .map_or(old.company_ids, |ids| ids.into_iter().map(PersonId::new).collect()),
            responsible_ids: responsible_ids
                .map_or(old.responsible_ids, |ids| ids.into_iter().map(PersonId::new).collect()),
            group_id: match self.group_id {
                Patch::Absent => old.group_id,
                Patch::Null => None,
                Patch::Value(id) => Some(ContactGroupId::new(id)),
            },
            position: position.or(old.position),
            description,
            address: address.or(old.address),
            language,
            time_zone,
            selectable_as_participant: self
                .selectable_as_participant
                .0
                .unwrap_or(old.selectable_as_participant),
            selectable_as_counterparty: self
                .selectable_as_counterparty
                .0
                .unwrap_or(old.selectable_as_counterparty),
            spam: self.spam.0.unwrap_or(old.spam),
            portal_access: self.portal_access.0.unwrap_or(old.portal_access),
            sees_company_tasks: self.sees_company_tasks.0.unwrap_or(old.sees_company_tasks),
        })
    }
}
