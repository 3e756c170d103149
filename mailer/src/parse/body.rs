//! A mail's body as the reply splitter gets it: the text, and what the HTML knew about it.

use super::html::Mark;

/// The body of one mail, ready to be split into [`Segment`](super::segment::Segment)s.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The whole body as text, lines ended by LF: the text parts, or the HTML converted where there is no text part.
    /// This is what gets split: the segments' texts joined are exactly it.
    pub text: String,
    /// The decoded HTML as received, *not* sanitized: for reading only, never to be shown.
    pub html: Option<String>,
    /// `true` where `text` was converted from `html`.
    pub text_is_converted: bool,
    /// What the HTML knew about quotes and signatures, by place in `text`. Only filled when `text_is_converted`.
    pub marks: Vec<Mark>,
    /// The decoded subject, as a hint at the language and at forwards (`Fwd:`); empty when there is none.
    pub subject: String,
    /// The sender's display name, which signatures repeat; empty when there is none.
    pub from_name: String,
}
