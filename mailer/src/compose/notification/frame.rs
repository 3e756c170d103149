//! Puts around a text what every mail to a contact may have: reply marker, files, signature, history, pixel.

use std::sync::LazyLock;

use liaison_domain::language::Language;
use minijinja::{Value, context};

use super::{HistoryEntry, Notification};
use crate::{
    compose::{
        facts::File,
        plain_text,
        template::{Part, RenderError, Rendered, dates, trusted::Trusted},
        words::{human_size, words},
    },
    parse::html::{sanitize, sanitize_own},
};

static HTML: LazyLock<Trusted> =
    LazyLock::new(|| Trusted::read(Part::Html, include_str!("../../../templates/frame.html")));
static TEXT: LazyLock<Trusted> =
    LazyLock::new(|| Trusted::read(Part::Text, include_str!("../../../templates/frame.txt")));

/// The whole body around `content`.
pub(super) fn framed(
    notification: &Notification,
    content: Rendered,
    language: Language,
) -> Result<Rendered, RenderError> {
    let Rendered { subject, html, text } = content;
    let around = |part, body: Value| {
        context! { subject => subject.as_str(), body, ..values(notification, part, language) }
    };
    // What a template gave is HTML already.
    let html = HTML.render(around(Part::Html, Value::from_safe_string(html)))?;
    let text = TEXT.render(around(Part::Text, Value::from(text.trim_end())))?;
    Ok(Rendered { subject, html, text: plain_text::tidy(&text) })
}

/// The frame with nothing in it but `content`, for a mail that no task sends.
pub(in crate::compose) fn bare(content: Rendered, language: Language) -> Result<Rendered, RenderError> {
    let Rendered { subject, html, text } = content;
    let around = |body: Value| {
        context! {
            subject => subject.as_str(),
            body,
            language => language.as_str(),
            marker => (),
            files => (),
            portal_url => (),
            signature => (),
            history => (),
            unsubscribe_url => (),
            body_marker => (),
            pixel_url => (),
        }
    };
    let html = HTML.render(around(Value::from_safe_string(html)))?;
    let text = plain_text::tidy(&TEXT.render(around(Value::from(text.trim_end())))?);
    Ok(Rendered { subject, html, text })
}

fn values(notification: &Notification, part: Part, language: Language) -> Value {
    let frame = &notification.frame;
    let words = words(language);
    let is_linked = frame.linked_files.iter().any(|it| it.url.is_some());
    let is_automatic = notification.automatic_cause().is_some();
    let signature = frame.signature_html.as_deref().map(|it| match part {
        Part::Html => Value::from_safe_string(sanitize_own(it)),
        _ => Value::from(plain_text::from_html(it).trim_end()),
    });
    context! {
        language => language.as_str(),
        marker => frame.reply_marker.then_some(words.reply_marker),
        files_heading => if is_linked { words.linked_files } else { words.large_files },
        files => frame.linked_files.iter().map(|it| file(it, language)).collect::<Vec<_>>(),
        portal_link => words.portal_link,
        portal_url => frame.portal_url.as_deref(),
        signature,
        history_heading => words.history,
        history => frame.history.iter().map(|it| entry(it, part, language)).collect::<Vec<_>>(),
        unsubscribe => words.unsubscribe,
        unsubscribe_url => frame.unsubscribe_url.as_deref().filter(|_| is_automatic),
        pixel_url => frame.pixel_url.as_deref(),
        body_marker => frame.body_marker.as_deref(),
    }
}

fn file(file: &File, language: Language) -> Value {
    context! { name => file.name.as_str(), size => human_size(file.size, language), url => file.url.as_deref() }
}

fn entry(entry: &HistoryEntry, part: Part, language: Language) -> Value {
    let body = match part {
        Part::Html => Value::from_safe_string(sanitize(&entry.body.html).html),
        _ => Value::from(plain_text::quoted(&entry.body.text)),
    };
    context! { author => entry.author.name.as_str(), date => dates::shown(entry.date, language), body }
}
