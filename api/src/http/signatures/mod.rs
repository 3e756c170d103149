//! `/v1/signatures`: what stands below mail to contacts.

mod show;
mod update;

use liaison_domain::{
    refusal::{FieldCode, Refusal},
    signature::SignatureLevel,
    text::MAX_BODY_BYTES,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{fields::Fields, routes::Routes};
use crate::service::rich_text::{RichText, Written};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show::show_signature).service(update::update_signature);
}

/// A signature.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Signature)]
struct SignatureView {
    /// Safe HTML; null where there is none.
    #[schema(required)]
    html: Option<String>,
}

fn read_level(level: &str) -> Result<SignatureLevel, Refusal> {
    level.parse().map_err(|_unknown| Refusal::not_found())
}

/// Reads a signature: cleaned, and of at most 64 KB (SIG-4). One that shows nothing is none.
pub(super) fn read_signature(fields: &mut Fields, pointer: &str, html: &str) -> Option<String> {
    if html.len() > MAX_BODY_BYTES {
        fields.note(pointer, FieldCode::TooLong, format!("must have at most {MAX_BODY_BYTES} bytes"));
        return None;
    }
    let html = RichText::from(Written::Html(html.replace('\0', ""))).html;
    Some(html).filter(|it| !it.trim().is_empty())
}
