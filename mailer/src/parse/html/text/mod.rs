//! Turns the HTML of a mail into text and keeps what its markup knew about quotes and signatures.
//!
//! Text and marks come out of one walk over the tokens, so they can't disagree. Nothing here is ever shown as HTML.
//! It knows the marks that mail programs leave in their markup, but decides nothing: that is
//! [`reply_text`](crate::parse::reply_text)'s. Start with [`to_text`]; the programs' marks are a table in `markup`.

use std::ops::Range;

mod element;
mod markup;
mod walk;
mod writer;

#[cfg(test)]
mod tests;

/// The text of an HTML body, lines ended by LF.
///
/// Blocks start on a line of their own, cells of a table row are parted by tabs, list items begin with `- `, a link
/// whose text isn't its address is followed by the address in angle brackets. Earlier mail that the markup shows as a
/// quote is written as lines that start with `> `, once per level; a quotation the sender made himself is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HtmlText {
    pub text: String,
    /// In document order; at most [`Mark::MAX`].
    pub marks: Vec<Mark>,
    /// Images that the mail brings itself, in document order; at most [`EmbeddedImage::MAX`].
    pub images: Vec<EmbeddedImage>,
}

/// An image shown from a file of the mail (`cid:`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedImage {
    pub content_id: String,
    /// The end of the text before it, in bytes.
    pub offset: usize,
}

impl EmbeddedImage {
    /// More images than this aren't listed.
    pub const MAX: usize = 1_000;
}

/// What the markup said about a run of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub kind: MarkKind,
    /// Byte range in the text, on character borders: every line that *starts* in it is meant.
    pub range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// The line that introduces a quote ("On … wrote:"), in whatever language.
    Introduction,
    /// Earlier mail begins here, without `> ` before its lines.
    Quote,
    Signature,
}

impl Mark {
    /// More marks than this aren't kept.
    pub const MAX: usize = 1_000;
}

/// Converts a whole document or a fragment, however broken. Takes time linear in its length.
pub fn to_text(html: &str) -> HtmlText {
    walk::walk(html)
}
