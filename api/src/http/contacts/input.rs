//! What a request says of a contact, field by field.

use liaison_domain::{
    contact::{Phone, PhoneKind},
    refusal::FieldCode,
    text::check_body,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::MAX_LIST;
use crate::http::fields::Fields;

/// A phone number as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PhoneInput {
    /// At most 64 characters.
    #[schema(example = "+7 495 123-45-67", max_length = 64)]
    number: String,
    /// `mobile`, `work`, `home`, `fax` or `other`; absent: `other`.
    kind: Option<String>,
}

pub(super) fn read_phones(fields: &mut Fields, phones: Vec<PhoneInput>) -> Vec<Phone> {
    fields.at_most("/phones", phones.len(), MAX_LIST);
    let mut read = Vec::new();
    for (i, phone) in phones.into_iter().enumerate() {
        let kind = match phone.kind {
            None => Some(PhoneKind::Other),
            Some(kind) => fields.read(format!("/phones/{i}/kind"), kind.parse()),
        };
        let kind = kind.unwrap_or(PhoneKind::Other);
        read.extend(fields.read(format!("/phones/{i}/number"), Phone::new(&phone.number, kind)));
    }
    read
}

/// Reads notes of several lines; blank ones are none.
pub(super) fn read_description(fields: &mut Fields, text: String) -> Option<String> {
    fields.read("/description", check_body(&text))?;
    Some(text).filter(|it| !it.trim().is_empty())
}

/// Notes that a contact needs a name, or a part of one.
pub(super) fn require_name(fields: &mut Fields) {
    fields.note("/name", FieldCode::Required, "is required where there is no part of a name");
}
