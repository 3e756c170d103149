//! Templates as callers write them.

use liaison_domain::{language::Language, refusal::FieldCode};
use liaison_mailer::compose::template::TemplateSource;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::fields::Fields;

/// A template in one language; what it may say stands in the guide to templates.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMailTemplateVersion)]
pub(super) struct Version {
    /// `en` or `ru`
    language: String,
    /// One line.
    #[schema(example = "{{ task.title }}")]
    subject: String,
    /// At most 64 KiB, like each part.
    #[schema(example = "<p>Hello {{ recipient.name }},</p> {{ comment.html }}")]
    html: String,
    /// Absent: made from the HTML.
    text: Option<String>,
}

/// Reads the versions of a template: at least one.
pub(super) fn versions(fields: &mut Fields, versions: Vec<Version>) -> Vec<TemplateSource> {
    if versions.is_empty() {
        fields.note("/versions", FieldCode::Empty, "must not be empty");
    }
    fields.at_most("/versions", versions.len(), Language::ALL.len());
    let versions = versions.into_iter().enumerate();
    versions
        .filter_map(|(i, it)| {
            let language = fields.read(format!("/versions/{i}/language"), it.language.parse());
            let parts =
                [("subject", Some(&it.subject)), ("html", Some(&it.html)), ("text", it.text.as_ref())];
            for (name, part) in parts {
                if part.is_some_and(|it| it.contains('\0')) {
                    let pointer = format!("/versions/{i}/{name}");
                    fields.note(pointer, FieldCode::Invalid, "must not have control characters");
                }
            }
            Some(TemplateSource { language: language?, subject: it.subject, html: it.html, text: it.text })
        })
        .collect()
}
