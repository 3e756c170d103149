//! The marker that our mails carry in their text: the way back where addresses and headers are lost (R16).
//!
//! It names one message to one recipient and proves by a key of the server that we wrote it. Here it is only a text to be
//! written and found; whether it is good is for the holder of the key to say.

use std::fmt;

/// What stands before it, so that it is found in any text.
const START: &str = "liaison-ref:";
/// Markers looked at of one mail: a long thread may quote many, and the first ones are the latest.
const MAX_FOUND: usize = 20;

/// The marker of one message to one recipient: 256 bits in lower-case Base32 (RFC 4648 §6).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BodyMarker(String);

impl BodyMarker {
    /// Characters of a marker, without what stands before it.
    pub const CHARS: usize = 52;

    pub fn parse(text: &str) -> Option<Self> {
        let alphabet = |c: char| c.is_ascii_lowercase() || ('2'..='7').contains(&c);
        (text.len() == Self::CHARS && text.chars().all(alphabet)).then(|| Self(text.to_owned()))
    }

    /// The secret part.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it stands in a mail: one word, which no program that wraps at blanks tears apart.
    pub fn written(&self) -> String {
        format!("{START}{}", self.0)
    }

    /// The markers in a text, however it was quoted and wrapped: quote marks and blanks don't count.
    pub fn list_in(text: &str) -> Vec<Self> {
        let squeezed: String =
            text.chars().filter(|c| !is_ignored(*c)).map(|c| c.to_ascii_lowercase()).collect();
        let mut markers = Vec::new();
        for (at, start) in squeezed.match_indices(START) {
            let rest = squeezed.get(at + start.len()..).unwrap_or_default();
            let marker = rest.get(..Self::CHARS).and_then(Self::parse);
            if let Some(marker) = marker.filter(|it| !markers.contains(it)) {
                markers.push(marker);
            }
            if markers.len() == MAX_FOUND {
                break;
            }
        }
        markers
    }
}

/// Blanks, quote marks, and what is there but not seen.
fn is_ignored(c: char) -> bool {
    c.is_whitespace() || matches!(c, '>' | '|' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Markers carry authority, so they are never printed whole (S9).
impl fmt::Debug for BodyMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyMarker({}…)", self.0.get(..4).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKER: &str = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst";

    #[track_caller]
    fn check(text: &str, is_found: bool) {
        let found = BodyMarker::list_in(text);
        assert_eq!(
            found.iter().map(BodyMarker::as_str).collect::<Vec<_>>(),
            [MARKER][..usize::from(is_found)],
            "{text}"
        );
    }

    /// R16: a marker survives what mail programs do to a quote.
    #[test]
    fn a_marker_is_found_however_it_was_quoted_and_wrapped() {
        let written = BodyMarker::parse(MARKER).unwrap().written();
        check(&written, true);
        check(&format!("Yes.\n\n> When?\n>\n> {written}\n"), true);
        check(&format!("Yes.\n> > | {written}\n"), true);
        check(&format!("Yes.\n{written}\nSee you\n> {written}"), true);
        check(&format!("<p style=\"x\">{written}</p>"), true);
        check(&written.to_uppercase(), true);
        for at in 1..written.len() {
            let (before, after) = written.split_at(at);
            check(&format!("> > {before}\r\n> > {after}\r\n> > Bye"), true);
            check(&format!("{before}\u{200b}\u{a0}{after}"), true);
        }
        check(written.strip_suffix('t').unwrap(), false);
        check(&written.replace('z', "1"), false);
        check(MARKER, false);
        check("", false);
    }

    #[test]
    fn not_more_markers_are_read_than_are_looked_at() {
        let marker = |n: usize| format!("{START}{}{}\n", "a".repeat(n), "b".repeat(BodyMarker::CHARS - n));
        let many = (0..50).map(marker).collect::<Vec<_>>().concat();
        assert_eq!(BodyMarker::list_in(&many).len(), MAX_FOUND);
    }

    /// S9: tokens are masked in logs.
    #[test]
    fn a_marker_is_not_printed() {
        assert_eq!(format!("{:?}", BodyMarker::parse(MARKER).unwrap()), "BodyMarker(abcd…)");
    }
}
