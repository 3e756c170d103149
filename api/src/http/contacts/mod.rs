//! `/v1/contacts`: people and companies without a login.

mod access;
mod check;
mod create;
mod delete;
mod duplicates;
mod exports;
mod imports;
mod input;
mod list;
mod merge;
mod show;
mod undo_merge;
mod unlink;
mod update;
mod write;

use chrono::{DateTime, Utc};
use liaison_domain::{
    contact::{Card, Contact, NamePart, Phone, Position, PostalAddress, TimeZone},
    id::ContactGroupId,
    person::PersonKind,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::routes::Routes,
    service::contact::resemblance::Resemblance,
    view::{
        name::{LanguageName, PersonKindName, PhoneKindName},
        person::LinkedAccountView,
        warning::WarningView,
    },
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_contacts)
        .service(create::create_contact)
        .service(duplicates::list_duplicate_contacts)
        .service(exports::create::create_contact_export)
        .service(exports::list::list_contact_exports)
        .service(exports::show::show_contact_export)
        .service(imports::create::create_contact_import)
        .service(imports::list::list_contact_imports)
        .service(imports::preview::preview_contact_import)
        .service(imports::show::show_contact_import)
        .service(imports::rows::list_contact_import_rows)
        .service(check::check_contact)
        .service(merge::merge_contacts)
        .service(undo_merge::undo_merge_contacts)
        .service(show::show_contact)
        .service(update::update_contact)
        .service(delete::delete_contact)
        .service(unlink::unlink_contact)
        .service(write::write_to_contact);
    access::routes(routes);
}

/// Most further addresses, phones, companies and responsible employees of a contact, each.
const MAX_LIST: usize = 50;

/// A person or company that the account talks to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
pub(super) struct ContactView {
    id: Uuid,
    /// Always `contact`: employees and contacts share one id space.
    kind: PersonKindName,
    /// What he is shown as.
    name: String,
    #[schema(required)]
    first_name: Option<String>,
    #[schema(required)]
    middle_name: Option<String>,
    #[schema(required)]
    last_name: Option<String>,
    is_company: bool,
    /// The main address: where mail goes.
    #[schema(required)]
    email: Option<String>,
    /// Further addresses: mail from any of them is recognized as his.
    additional_emails: Vec<String>,
    phones: Vec<PhoneView>,
    /// Null: the account's.
    #[schema(required)]
    language: Option<LanguageName>,
    /// By its name in the IANA database.
    #[schema(required, example = "Europe/Berlin")]
    time_zone: Option<String>,
    company_ids: Vec<Uuid>,
    /// The employees whom he may set tasks as an external user; those of a company are its contacts', too (EXT-2).
    responsible_ids: Vec<Uuid>,
    /// At most one.
    #[schema(required)]
    group_id: Option<Uuid>,
    /// What he is where he works.
    #[schema(required)]
    position: Option<String>,
    #[schema(required)]
    description: Option<String>,
    /// Where he is found.
    #[schema(required)]
    address: Option<String>,
    /// May be put in a role and be addressed (CONF-1).
    selectable_as_participant: bool,
    /// May be made a task's counterparty (CONF-2).
    selectable_as_counterparty: bool,
    /// Mail from him is rejected.
    spam: bool,
    /// May read and answer in the portal what was addressed to him; not while he is marked as spam.
    portal_access: bool,
    /// Sees in the portal what his companies' other contacts see in tasks about them (EXT-8).
    sees_company_tasks: bool,
    /// Whom he is in another account: what is addressed to him appears there, and leaves by no mail.
    #[schema(required)]
    linked_account: Option<LinkedAccountView>,
    /// What was noticed as he was written down or changed: who might be the same. Empty when he is only read.
    warnings: Vec<WarningView>,
    created_at: DateTime<Utc>,
}

/// A phone number as it was written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Phone)]
struct PhoneView {
    number: String,
    kind: PhoneKindName,
}

impl From<&Phone> for PhoneView {
    fn from(phone: &Phone) -> Self {
        Self { number: phone.number.clone(), kind: phone.kind.into() }
    }
}

impl From<&Contact> for ContactView {
    fn from(contact: &Contact) -> Self {
        let card = &contact.card;
        let Card { parts, emails, .. } = card;
        let part = |it: &Option<NamePart>| it.as_ref().map(|it| it.as_str().to_owned());
        Self {
            id: contact.id.uuid(),
            kind: PersonKind::Contact.into(),
            name: card.name.as_str().to_owned(),
            first_name: part(&parts.first),
            middle_name: part(&parts.middle),
            last_name: part(&parts.last),
            is_company: card.is_company,
            email: emails.first().map(ToString::to_string),
            additional_emails: emails.iter().skip(1).map(ToString::to_string).collect(),
            phones: card.phones.iter().map(PhoneView::from).collect(),
            language: card.language.map(Into::into),
            time_zone: card.time_zone.as_ref().map(|it| TimeZone::as_str(it).to_owned()),
            company_ids: card.company_ids.iter().map(|it| it.uuid()).collect(),
            responsible_ids: card.responsible_ids.iter().map(|it| it.uuid()).collect(),
            group_id: card.group_id.map(ContactGroupId::uuid),
            position: card.position.as_ref().map(|it| Position::as_str(it).to_owned()),
            description: card.description.clone(),
            address: card.address.as_ref().map(|it| PostalAddress::as_str(it).to_owned()),
            selectable_as_participant: card.selectable_as_participant,
            selectable_as_counterparty: card.selectable_as_counterparty,
            spam: card.spam,
            portal_access: card.portal_access,
            sees_company_tasks: card.sees_company_tasks,
            linked_account: contact.linked_account.as_ref().map(LinkedAccountView::from),
            warnings: Vec::new(),
            created_at: contact.created_at,
        }
    }
}

impl ContactView {
    fn warning_of(contact: &Contact, alike: Vec<Resemblance>) -> Self {
        Self { warnings: alike.into_iter().map(warning).collect(), ..Self::from(contact) }
    }
}

/// What to tell of somebody who might be the same (DUP-4).
fn warning(alike: Resemblance) -> WarningView {
    let (code, detail) = match alike.phone {
        Some(phone) => ("same_phone", format!("{} has the phone number {phone}.", alike.name)),
        None => ("similar_name", format!("{} may be the same.", alike.name)),
    };
    WarningView { code: code.to_owned(), detail, person_id: Some(alike.id.uuid()) }
}
