//! `/v1/contacts`: people and companies without a login.

mod create;
mod delete;
mod list;
mod show;
mod unlink;
mod update;
mod write;

use chrono::{DateTime, Utc};
use liaison_domain::{
    person::{Contact, PersonKind},
    refusal::FieldCode,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{FieldError, Fields};

use crate::{
    http::routes::Routes,
    view::{
        name::{LanguageName, PersonKindName},
        person::LinkedAccountView,
    },
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_contacts)
        .service(create::create_contact)
        .service(show::show_contact)
        .service(update::update_contact)
        .service(delete::delete_contact)
        .service(unlink::unlink_contact)
        .service(write::write_to_contact);
}

/// Most further addresses, phones and companies of a contact, each.
const MAX_LIST: usize = 50;
/// Most characters of a phone number.
const MAX_PHONE_CHARS: usize = 64;

/// A person or company that the account talks to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
struct ContactView {
    id: Uuid,
    /// Always `contact`: employees and contacts share one id space.
    kind: PersonKindName,
    name: String,
    is_company: bool,
    /// The main address: where mail goes.
    #[schema(required)]
    email: Option<String>,
    /// Further addresses: mail from any of them is recognized as his.
    additional_emails: Vec<String>,
    phones: Vec<String>,
    /// Null: the account's.
    #[schema(required)]
    language: Option<LanguageName>,
    company_ids: Vec<Uuid>,
    /// May be put in a role and be addressed (CONF-1).
    selectable_as_participant: bool,
    /// Mail from him is rejected.
    spam: bool,
    /// May read and answer in the portal what was addressed to him; not while he is marked as spam.
    portal_access: bool,
    /// Whom he is in another account: what is addressed to him appears there, and leaves by no mail.
    #[schema(required)]
    linked_account: Option<LinkedAccountView>,
    created_at: DateTime<Utc>,
}

impl From<&Contact> for ContactView {
    fn from(contact: &Contact) -> Self {
        Self {
            id: contact.id.uuid(),
            kind: PersonKind::Contact.into(),
            name: contact.name.clone(),
            is_company: contact.is_company,
            email: contact.emails.first().cloned(),
            additional_emails: contact.emails.iter().skip(1).cloned().collect(),
            phones: contact.phones.clone(),
            language: contact.language.map(Into::into),
            company_ids: contact.company_ids.iter().map(|it| it.uuid()).collect(),
            selectable_as_participant: contact.selectable_as_participant,
            spam: contact.spam,
            portal_access: contact.portal_access,
            linked_account: contact.linked_account.as_ref().map(LinkedAccountView::from),
            created_at: contact.created_at,
        }
    }
}

/// Checks phone numbers, which are kept as they are written.
fn check_phones(fields: &mut Fields, phones: &[String]) {
    fields.at_most("/phones", phones.len(), MAX_LIST);
    for (i, phone) in phones.iter().enumerate() {
        fields.read(format!("/phones/{i}"), check_phone(phone));
    }
}

fn check_phone(phone: &str) -> Result<(), PhoneError> {
    if phone.trim().is_empty() {
        return Err(PhoneError::Empty);
    }
    if phone.chars().any(char::is_control) {
        return Err(PhoneError::Unprintable);
    }
    if phone.chars().count() > MAX_PHONE_CHARS { Err(PhoneError::TooLong) } else { Ok(()) }
}

/// Why a text is no phone number.
#[derive(Debug, thiserror::Error)]
enum PhoneError {
    #[error("must not be empty")]
    Empty,
    #[error("must have at most {MAX_PHONE_CHARS} characters")]
    TooLong,
    #[error("must not have control characters")]
    Unprintable,
}

impl FieldError for PhoneError {
    fn code(&self) -> FieldCode {
        match self {
            Self::Empty => FieldCode::Empty,
            Self::TooLong => FieldCode::TooLong,
            Self::Unprintable => FieldCode::Invalid,
        }
    }
}
