//! What creating and changing a task read alike.

use liaison_domain::{
    refusal::FieldCode,
    text::{TextError, check_body},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    http::fields::Fields,
    service::rich_text::{RichText, Written},
};

/// Most people in one role.
pub(super) const MAX_PEOPLE: usize = 200;
/// Most files of a task or comment.
pub(in crate::http) const MAX_FILES: usize = 100;

/// How a description is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    #[default]
    Text,
    Html,
}

/// Reads a description.
pub(super) fn description(fields: &mut Fields, text: String, format: Format) -> RichText {
    fields.read("/description", check_body(&text));
    RichText::from(match format {
        Format::Text => Written::Text(text),
        Format::Html => Written::Html(text),
    })
}

/// Reads the two ways to write a comment: `text` or `html`, one of them.
pub(in crate::http) fn body(
    fields: &mut Fields,
    text: Option<String>,
    html: Option<String>,
    may_be_empty: bool,
) -> RichText {
    let written = match (text, html) {
        (Some(_), Some(_)) => {
            fields.note("/html", FieldCode::Invalid, "stands beside text; send one of them");
            return RichText::default();
        }
        (Some(text), None) => {
            fields.read("/text", check_written(&text, may_be_empty));
            Written::Text(text)
        }
        (None, Some(html)) => {
            fields.read("/html", check_written(&html, may_be_empty));
            Written::Html(html)
        }
        (None, None) if may_be_empty => Written::Text(String::new()),
        (None, None) => {
            fields.note("/text", FieldCode::Required, "is required, or html");
            return RichText::default();
        }
    };
    RichText::from(written)
}

fn check_written(text: &str, may_be_empty: bool) -> Result<(), TextError> {
    if text.trim().is_empty() && !may_be_empty {
        return Err(TextError::Empty);
    }
    check_body(text)
}
