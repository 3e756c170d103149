//! Cleans HTML for showing (S10, R32).

use std::{borrow::Cow, cell::Cell, collections::HashSet, sync::LazyLock};

use ammonia::{Builder, UrlRelative};

/// HTML that can be shown, and what was taken out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sanitized {
    pub html: String,
    /// Images on foreign servers, which would tell the sender who reads when.
    pub blocked_remote_images: usize,
}

/// Elements whose content is no text of the mail.
const DROPPED_WITH_CONTENT: [&str; 13] = [
    "script", "style", "title", "noscript", "template", "svg", "math", "iframe", "object", "applet",
    "select", "xml", "noembed",
];

/// Looks that make a mail readable and load nothing.
const STYLES: [&str; 24] = [
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "line-height",
    "list-style-type",
    "margin-left",
    "padding-left",
    "text-align",
    "text-decoration",
    "vertical-align",
    "white-space",
];

const LINK_SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// Keeps text, structure and looks; drops everything that runs, loads or posts. Links lead to http, https, mailto or tel
/// only; images are shown from the mail itself (`cid:`) only.
pub fn sanitize(html: &str) -> Sanitized {
    BLOCKED.set(0);
    let html = OTHERS.clean(html).to_string();
    Sanitized { html, blocked_remote_images: BLOCKED.get() }
}

/// Like [`sanitize`], for what the account's own people wrote: their images may come from the web (SIG-4).
pub fn sanitize_own(html: &str) -> String {
    OWN.clean(html).to_string()
}

thread_local! {
    /// Remote images that this thread's cleaning has met; the rules are made once, so what they count is kept beside them.
    static BLOCKED: Cell<usize> = const { Cell::new(0) };
}

static OTHERS: LazyLock<Builder<'_>> = LazyLock::new(|| {
    let mut builder = builder();
    builder.attribute_filter(filter);
    builder
});

static OWN: LazyLock<Builder<'_>> = LazyLock::new(|| {
    let mut builder = builder();
    builder.attribute_filter(|element, attribute, value| match (element, attribute, scheme(value)) {
        ("img", "src", Some(scheme)) if scheme == "http" || scheme == "https" => Some(Cow::Borrowed(value)),
        _ => filter(element, attribute, value),
    });
    builder
});

fn builder() -> Builder<'static> {
    let mut builder = Builder::default();
    builder
        .rm_tags(&["area", "map"])
        .add_tags(&["font", "tfoot", "big"])
        .clean_content_tags(HashSet::from(DROPPED_WITH_CONTENT))
        .add_tag_attributes("font", &["color", "face", "size"])
        .add_tag_attributes("table", &["border", "cellpadding", "cellspacing", "width", "bgcolor"])
        .add_tag_attributes("td", &["width", "bgcolor", "valign"])
        .add_tag_attributes("th", &["width", "bgcolor", "valign"])
        .add_generic_attributes(&["dir", "style"])
        .filter_style_properties(HashSet::from(STYLES))
        .url_schemes(LINK_SCHEMES.into_iter().chain(["cid"]).collect())
        // The filter lets no relative address pass, and has to see them to count images.
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
}

fn filter<'v>(element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        ("img", "src") => {
            let is_embedded = scheme(value).is_some_and(|it| it == "cid");
            let is_remote = scheme(value).is_some_and(|it| it == "http" || it == "https")
                || value.trim_start().starts_with("//");
            if is_remote {
                BLOCKED.set(BLOCKED.get() + 1);
            }
            is_embedded.then_some(Cow::Borrowed(value))
        }
        (_, "href" | "cite") => scheme(value)
            .is_some_and(|it| LINK_SCHEMES.contains(&it.as_str()))
            .then_some(Cow::Borrowed(value)),
        // A function in a style can load or run something.
        (_, "style") => (!value.contains(['\\', '@'])
            && !value.to_ascii_lowercase().contains("url(")
            && !value.contains("/*")
            && !value.to_ascii_lowercase().contains("expression"))
        .then_some(Cow::Borrowed(value)),
        _ => Some(Cow::Borrowed(value)),
    }
}

/// The scheme as a browser reads it: blanks and control characters don't count.
fn scheme(url: &str) -> Option<String> {
    let (scheme, _) = url.split_once(':')?;
    let scheme = scheme.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>();
    Some(scheme.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
