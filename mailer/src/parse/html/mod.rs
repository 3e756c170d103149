//! HTML of mails: cleaned for showing, converted to text and back.

mod sanitize;
mod text;

pub use sanitize::{Sanitized, sanitize, sanitize_own};
pub use text::{Converted, to_text};

/// Writes plain text as HTML: escaped, line breaks kept.
pub fn from_text(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>\n"),
            c => html.push(c),
        }
    }
    html
}
