//! `PATCH /v1/contacts/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{
    id::PersonId, mail_address::EmailAddress, person::Contact, refusal::Refusal, text::Name,
};
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
        patch::{Change, Patch},
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        contact::{self, ContactFields},
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
    /// At most 50 of at most 64 characters.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    phones: Change<Vec<String>>,
    /// `en`, `ru`, or null for the account's.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Patch<String>,
    /// At most 50 contacts.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    company_ids: Change<Vec<Uuid>>,
    #[serde(default)]
    #[schema(value_type = bool)]
    selectable_as_participant: Change<bool>,
    /// Mail from any of his addresses is rejected from now on; what he wrote stays (SPM-1).
    #[serde(default)]
    #[schema(value_type = bool)]
    spam: Change<bool>,
    /// May read and answer in the portal what was addressed to him. Switched off, he is out at once.
    #[serde(default)]
    #[schema(value_type = bool)]
    portal_access: Change<bool>,
}

/// Change a contact
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
        let fields = command.body.read(&current)?;
        let contact = contact::update(tx, &app, &caller, &current, fields).await?;
        Ok(Answer::ok(&ContactView::from(&contact))?.with_version(contact.version))
    })
    .await
}

impl UpdateContact {
    /// The contact's fields as they will be.
    fn read(self, current: &Contact) -> Result<ContactFields, Refusal> {
        let mut fields = Fields::default();
        let kept = |address: &String| EmailAddress::parse(address).ok();
        let name = fields.change("/name", self.name, |it| Name::parse(&it));
        let main = fields
            .clearable("/email", self.email, |it| EmailAddress::parse(&it))
            .or(current.emails.first().and_then(kept));
        let further = match self.additional_emails.0 {
            None => current.emails.iter().skip(1).filter_map(kept).collect(),
            Some(further) => {
                fields.at_most("/additional_emails", further.len(), MAX_LIST);
                fields.read_each("/additional_emails", &further, EmailAddress::parse)
            }
        };
        let phones = self.phones.0.unwrap_or_else(|| current.phones.clone());
        check_phones(&mut fields, &phones);
        let language = fields.clearable("/language", self.language, |it| it.parse()).or(current.language);
        let company_ids = self.company_ids.0;
        fields.at_most("/company_ids", company_ids.as_ref().map_or(0, Vec::len), MAX_LIST);
        fields.finish()?;
        Ok(ContactFields {
            name: name.unwrap_or_else(|| Name::make(&current.name, "?")),
            is_company: self.is_company.0.unwrap_or(current.is_company),
            emails: main.into_iter().chain(further).collect(),
            phones,
            language,
            company_ids: company_ids.map_or_else(
                || current.company_ids.clone(),
                |ids| ids.into_iter().map(PersonId::new).collect(),
            ),
            selectable_as_participant: self
                .selectable_as_participant
                .0
                .unwrap_or(current.selectable_as_participant),
            spam: self.spam.0.unwrap_or(current.spam),
            portal_access: self.portal_access.0.unwrap_or(current.portal_access),
        })
    }
}
