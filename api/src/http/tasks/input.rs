//! What creating and changing a task read alike.

use liaison_domain::{refusal::FieldCode, text::check_body};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    http::fields::Fields,
    service::rich_text::{RichText, Written},
};

/// Most people in one role.
pub(in crate::http) const MAX_PEOPLE: usize = 200;
/// Most files of a task or comment.
pub(in crate::http) const MAX_FILES: usize = 100;

/// How a description is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum Format {
    #[default]
    Text,
    Html,
}

/// Reads a description.
pub(in crate::http) fn description(fields: &mut Fields, text: String, format: Format) -> RichText {
    let written = match format {
        Format::Text => Written::Text(text),
        Format::Html => Written::Html(text),
    };
    rich_text(fields, "/description", written)
}

/// Reads the two ways to write a comment: `text` or `html`, one of them.
pub(in crate::http) fn body(
    fields: &mut Fields,
    text: Option<String>,
    html: Option<String>,
    may_be_empty: bool,
) -> RichText {
    let (pointer, body) = match (text, html) {
        (Some(_), Some(_)) => {
            fields.note("/html", FieldCode::Invalid, "stands beside text; send one of them");
            return RichText::default();
        }
        (Some(text), None) => ("/text", rich_text(fields, "/text", Written::Text(text))),
        (None, Some(html)) => ("/html", rich_text(fields, "/html", Written::Html(html))),
        (None, None) if may_be_empty => return RichText::default(),
        (None, None) => {
            fields.note("/text", FieldCode::Required, "is required, or html");
            return RichText::default();
        }
    };
    if fields.is_empty() && body.text.trim().is_empty() && !may_be_empty {
        fields.note(pointer, FieldCode::Empty, "must have a text");
    }
    body
}

/// Reads a plain text that has to say something.
pub(super) fn words(fields: &mut Fields, pointer: &str, text: String) -> RichText {
    let body = rich_text(fields, pointer, Written::Text(text));
    if fields.is_empty() && body.text.trim().is_empty() {
        fields.note(pointer, FieldCode::Empty, "must have a text");
    }
    body
}

/// Reads a text within its limits; only such a one is worth cleaning.
fn rich_text(fields: &mut Fields, pointer: &str, written: Written) -> RichText {
    let (Written::Text(text) | Written::Html(text)) = &written;
    match fields.read(pointer, check_body(text)) {
        Some(()) => written.into(),
        None => RichText::default(),
    }
}
