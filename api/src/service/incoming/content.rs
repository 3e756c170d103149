//! What of a mail a comment or task keeps. What is left out is named, and the raw mail has it all (R12).

use liaison_domain::{
    inbound::subject::Subject,
    text::{Line, MAX_BODY_BYTES},
};
use liaison_mailer::parse::{ParsedMail, html};
use liaison_persistence::comment::Warning;

use crate::service::rich_text::RichText;

/// The texts of a comment or task, out of a mail.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) body: RichText,
    pub(super) visible: String,
    pub(super) elided: String,
    pub(super) subject: Option<String>,
    pub(super) warnings: Vec<Warning>,
}

impl Content {
    pub(super) fn of(mail: &ParsedMail, subject: &Subject) -> Self {
        let mut warnings: Vec<Warning> =
            mail.warnings.iter().map(|it| warning("mail_repaired", it.clone())).collect();
        let mut is_cut = false;
        let mut keep = |text: &str| {
            let kept = cut(text, MAX_BODY_BYTES);
            is_cut |= kept.len() < text.len();
            kept.to_owned()
        };
        let (text, visible, elided) = (keep(&mail.text), keep(&mail.visible), keep(&mail.elided));
        let html = mail.html.as_ref().filter(|it| it.len() <= MAX_BODY_BYTES).cloned();
        is_cut |= html.is_none() && mail.html.is_some();
        if is_cut {
            let detail = format!(
                "The text is longer than {MAX_BODY_BYTES} bytes and was cut; the raw mail has it all."
            );
            warnings.push(warning("text_cut", detail));
        }
        let n_noise = mail.attachments.iter().filter(|it| it.inline_noise).count();
        if n_noise > 0 {
            let detail =
                format!("{n_noise} images of a signature or a quote were left out; the raw mail has them.");
            warnings.push(warning("inline_noise", detail));
        }
        if mail.blocked_remote_images > 0 {
            let detail = format!("{} images on other servers are not shown.", mail.blocked_remote_images);
            warnings.push(warning("remote_images_blocked", detail));
        }
        let html = html.unwrap_or_else(|| html::from_text(&text));
        let subject = Line::<250>::make(&subject.shown, "").into_string();
        Self {
            body: RichText { html, text },
            visible,
            elided,
            subject: Some(subject).filter(|it| !it.is_empty()),
            warnings,
        }
    }
}

impl Content {
    /// Says that the Message-ID is another mail's too (R7).
    pub(super) fn warn_of_namesake(&mut self) {
        self.warnings.push(warning("message_id_reused", "Another mail came under the same Message-ID."));
    }
}

pub(super) fn warning(code: &str, detail: impl Into<String>) -> Warning {
    Warning { code: code.to_owned(), detail: detail.into(), person_id: None }
}

/// The beginning of a text, at most so many bytes, no character halved.
fn cut(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R12, CBM-10
    #[test]
    fn a_text_beyond_the_limit_is_cut_and_that_is_said() {
        let text = "ж".repeat(MAX_BODY_BYTES);
        let mail = ParsedMail { text: text.clone(), visible: text, ..ParsedMail::default() };
        let content = Content::of(&mail, &Subject::default());
        assert_eq!(content.body.text.len(), MAX_BODY_BYTES);
        assert_eq!(content.visible.len(), MAX_BODY_BYTES);
        assert_eq!(content.warnings.iter().map(|it| it.code.as_str()).collect::<Vec<_>>(), ["text_cut"]);
        assert_eq!(content.subject, None);
    }

    #[test]
    fn a_mail_that_fits_is_kept_whole() {
        let mail = ParsedMail {
            text: "a\n> b".into(),
            visible: "a".into(),
            elided: "> b".into(),
            ..ParsedMail::default()
        };
        let content = Content::of(&mail, &Subject::read("Re: x"));
        assert_eq!(content.body, RichText { html: html::from_text("a\n> b"), text: "a\n> b".into() });
        assert_eq!((content.visible.as_str(), content.elided.as_str()), ("a", "> b"));
        assert_eq!(content.subject.as_deref(), Some("Re: x"));
        assert_eq!(content.warnings, []);
    }
}
