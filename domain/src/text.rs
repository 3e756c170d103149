//! Texts that people type, with their limits.

use thiserror::Error;

/// A single line of 1 to `MAX` characters: a name, a title.
///
/// Blanks around it are dropped and runs of white space become one blank. Control characters and the invisible ones
/// that change reading direction are refused, since they forge headers and names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line<const MAX: usize>(String);

/// A person's, company's or account's display name.
pub type Name = Line<250>;
/// A task's title (LIM-1, TBM-12).
pub type Title = Line<250>;

/// Longest text or HTML of a comment or description in bytes (CBM-10).
pub const MAX_BODY_BYTES: usize = 64 * 1024;

impl<const MAX: usize> Line<MAX> {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            return Err(TextError::Empty);
        }
        if line.chars().any(|c| c.is_control() || is_bidi_control(c)) {
            return Err(TextError::Unprintable);
        }
        if line.chars().count() > MAX {
            return Err(TextError::TooLong { max: MAX });
        }
        Ok(Self(line))
    }

    /// Makes a line of whatever text there is: what is not printable is dropped, what is too long is cut.
    pub fn make(text: &str, otherwise: &str) -> Self {
        let printable: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .filter(|c| !is_bidi_control(*c))
            .collect();
        let cut: String =
            printable.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX).collect();
        let cut = cut.trim_end();
        Self(if cut.is_empty() { otherwise.to_owned() } else { cut.to_owned() })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// Characters that only change the direction of reading (UAX #9).
pub const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Checks a text of several lines against its limit, and for the one character that PostgreSQL keeps in no text.
pub fn check_body(text: &str) -> Result<(), TextError> {
    if text.len() > MAX_BODY_BYTES {
        return Err(TextError::TooLong { max: MAX_BODY_BYTES });
    }
    if text.contains('\0') { Err(TextError::Unprintable) } else { Ok(()) }
}

/// The form of a name that searching compares: folded in Rust, because SQLite folds ASCII only.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    #[error("must not be empty")]
    Empty,
    #[error("must have at most {max} characters")]
    TooLong { max: usize },
    #[error("must not have control characters")]
    Unprintable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_tidied_and_limited() {
        assert_eq!(Title::parse("  Заявка \t 7 ").unwrap().as_str(), "Заявка 7");
        assert_eq!(Title::parse(" "), Err(TextError::Empty));
        assert_eq!(Title::parse("a\u{0}b"), Err(TextError::Unprintable));
        assert_eq!(Title::parse("a\u{202e}b"), Err(TextError::Unprintable));
        assert!(Title::parse(&"я".repeat(250)).is_ok());
        assert_eq!(Title::parse(&"я".repeat(251)), Err(TextError::TooLong { max: 250 }));
    }

    #[test]
    fn a_line_made_of_a_mail_never_fails() {
        assert_eq!(Title::make("a\r\nBcc: b\u{202e}", "-").as_str(), "a Bcc: b");
        assert_eq!(Title::make("\u{0}", "No subject").as_str(), "No subject");
        assert_eq!(Title::make(&"x".repeat(300), "-").as_str().len(), 250);
    }
}
