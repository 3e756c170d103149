//! HTML of mails: cleaned for showing, converted to text and back.

mod cost;
mod sanitize;
mod text;

pub use sanitize::{Sanitized, sanitize, sanitize_own};
pub use text::{EmbeddedImage, HtmlText, Mark, MarkKind, to_text};

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

/// `true` when [`sanitize()`] and [`to_text`] read `html` in time linear in its size.
pub fn is_affordable(html: &str) -> bool {
    cost::is_affordable(html)
}

/// What is left of HTML when its tags are simply cut out: for HTML that is too dear to read.
pub fn strip_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    for (at, piece) in html.split('<').enumerate() {
        text.push_str(if at == 0 { piece } else { piece.split_once('>').map_or("", |(_, after)| after) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S10
    #[test]
    fn text_becomes_html_that_says_the_same() {
        assert_eq!(from_text("a <b> & \"c\"\n'd'"), "a &lt;b&gt; &amp; &quot;c&quot;<br>\n&#39;d&#39;");
        assert_eq!(strip_tags("a<b>c<d e>f<g"), "acf");
    }
}
