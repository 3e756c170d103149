//! A mail's body as the reply splitter gets it: the text, and what the HTML knew about it.

use std::ops::Range;

/// The body of one mail, ready to be split into [`Segment`](super::segment::Segment)s.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The whole body as text, lines ended by LF: the text parts, or the HTML converted where there is no text part.
    /// In converted text a `blockquote` is written as lines that start with `> `, once per level.
    /// This is what gets split: the segments' texts joined are exactly it.
    pub text: String,
    /// The decoded HTML as received, *not* sanitized: for reading only, never to be shown.
    pub html: Option<String>,
    /// `true` where `text` was converted from `html`.
    pub text_is_converted: bool,
    /// Where elements of the HTML that can tell a quote ended up in `text`. Only filled when `text_is_converted`.
    pub elements: Vec<HtmlElement>,
    /// The decoded subject, as a hint at the language and at forwards (`Fwd:`); empty when there is none.
    pub subject: String,
    /// The sender's display name, which signatures repeat; empty when there is none.
    pub from_name: String,
}

/// An element of the HTML and the run of the converted text that came out of it.
///
/// Listed in document order (so outer before inner): every `blockquote` and `hr`, and every element with an id, a
/// class or a style; at most [`HtmlElement::MAX`] of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlElement {
    /// Tag name in lower case.
    pub tag: String,
    pub id: String,
    pub class: String,
    pub style: String,
    /// Byte range in [`Body::text`], on character borders. Empty for an element without text.
    pub range: Range<usize>,
}

impl HtmlElement {
    /// More elements than this aren't listed.
    pub const MAX: usize = 5_000;
}
