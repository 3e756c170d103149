//! How dear HTML is to read. A browser's tree rules cost time and memory by the square for some input: elements never
//! closed, and tags with thousands of attributes.

use std::collections::HashMap;

/// Elements open at once. Thirty answers inside one another stay below.
const MAX_DEPTH: usize = 500;
/// Attributes of one tag.
const MAX_ATTRIBUTES: usize = 500;
/// Steps through open elements, over all tags.
const MAX_STEPS: usize = 10_000_000;
/// Elements of the tree, with the copies that unclosed formatting makes of itself in every paragraph.
const MAX_ELEMENTS: usize = 200_000;

/// `true` when the tree of `html` can be built in reasonable time. Decided by one look at its tags.
pub(super) fn is_affordable(html: &str) -> bool {
    let mut open: HashMap<String, usize> = HashMap::new();
    let (mut depth, mut formatting, mut steps, mut elements) = (0_usize, 0_usize, 0_usize, 0_usize);
    for tag in html.split('<').skip(1) {
        let (is_end, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let tag = tag.split('>').next().unwrap_or_default();
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .take(20)
            .collect::<String>()
            .to_ascii_lowercase();
        if is_closed_by_its_like(&name) {
            elements += 1 + formatting;
        } else if is_end {
            let count = open.entry(name.clone()).or_default();
            if *count > 0 {
                *count -= 1;
                depth -= 1;
                formatting -= usize::from(is_formatting(&name));
            }
        } else {
            depth += 1;
            formatting += usize::from(is_formatting(&name));
            elements += 1 + formatting;
            *open.entry(name).or_default() += 1;
        }
        steps += depth;
        let attributes = tag.split(['=', ' ', '\n', '\t', '/']).count();
        if depth > MAX_DEPTH
            || steps > MAX_STEPS
            || elements > MAX_ELEMENTS
            || attributes > 2 * MAX_ATTRIBUTES
        {
            return false;
        }
    }
    true
}

/// Never open, or closed where the next of its kind starts.
fn is_closed_by_its_like(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "body"
            | "br"
            | "col"
            | "colgroup"
            | "dd"
            | "dt"
            | "embed"
            | "head"
            | "hr"
            | "html"
            | "img"
            | "input"
            | "li"
            | "link"
            | "meta"
            | "option"
            | "p"
            | "param"
            | "source"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "track"
            | "wbr"
    )
}

/// Elements that are opened again in every paragraph until they are closed.
fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "nobr"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S12
    #[test]
    fn html_that_explodes_is_recognized() {
        let fonts = (0..400).map(|number| format!("<font size={number}>")).collect::<Vec<_>>().concat();
        let attributes = (0..3_000).map(|number| format!(" a{number}=1")).collect::<Vec<_>>().concat();
        for (html, affordable) in [
            ("<p>x".repeat(20_000), true),
            ("<table><tr><td><b>x</b></td></tr></table>".repeat(5_000), true),
            ("<blockquote><div>x".repeat(30), true),
            ("a < b, c <3 d ".repeat(5_000), true),
            ("<div>".repeat(10_000), false),
            ("<div></b>".repeat(10_000), false),
            (fonts + &"<p>x".repeat(10_000), false),
            (format!("<a{attributes}>"), false),
        ] {
            assert_eq!(is_affordable(&html), affordable, "{}", html.chars().take(40).collect::<String>());
        }
    }
}
