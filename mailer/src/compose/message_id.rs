//! Message-IDs and the thread that they make (RFC 5322 §3.6.4).

use std::fmt;

use thiserror::Error;

/// An identifier like `<01890a5d.7@task.acme.example>`, with its angle brackets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// Keeps every line of a header that holds one well below 998 bytes.
    pub const MAX_BYTES: usize = 900;

    /// Takes `^<[!-~]+@[!-~]+>$` without further angle brackets: what may stand in a header as it is (R33).
    pub fn parse(text: &str) -> Result<Self, InvalidMessageId> {
        let id = text.strip_prefix('<').and_then(|it| it.strip_suffix('>')).ok_or(InvalidMessageId)?;
        let (left, right) = id.rsplit_once('@').ok_or(InvalidMessageId)?;
        let is_visible = |c: char| c.is_ascii_graphic() && c != '<' && c != '>';
        if left.is_empty() || right.is_empty() || !id.chars().all(is_visible) || text.len() > Self::MAX_BYTES
        {
            return Err(InvalidMessageId);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no Message-ID that may be written into a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a Message-ID has the form <left@right> in visible ASCII, at most 900 bytes")]
pub struct InvalidMessageId;

/// Most ids written to References.
pub const MAX_REFERENCES: usize = 20;

/// The ids of a thread that a message names: the first, which ties the thread together, and the latest 19 (R33).
pub fn kept_references(thread: &[MessageId]) -> impl Iterator<Item = &MessageId> {
    let dropped = thread.len().saturating_sub(MAX_REFERENCES);
    thread.iter().enumerate().filter(move |(index, _)| *index == 0 || *index > dropped).map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_that_need_no_encoding_are_taken() {
        for text in ["<a@b>", "<01890a5d-1.c@task.acme.example>", "<\"x\"@y>", "<a@b@c>"] {
            assert_eq!(MessageId::parse(text).unwrap().as_str(), text);
        }
        let long = format!("<{}@b>", "a".repeat(900));
        for text in [
            "",
            "a@b",
            "<ab>",
            "<@b>",
            "<a@>",
            "<a@b",
            "<a b@c>",
            "<a@b>\r\nBcc: x",
            "<я@b>",
            "<a@b> <c@d>",
            &long,
        ] {
            assert_eq!(MessageId::parse(text), Err(InvalidMessageId), "{text}");
        }
    }

    /// R33
    #[test]
    fn a_long_thread_keeps_its_first_and_latest_ids() {
        let thread =
            |n: usize| (1..=n).map(|i| MessageId::parse(&format!("<{i}@x>")).unwrap()).collect::<Vec<_>>();
        let kept = |n| kept_references(&thread(n)).map(|it| it.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(kept(0), Vec::<String>::new());
        assert_eq!(kept(20).len(), 20);
        assert_eq!(kept(21).len(), 20);
        let kept = kept(500);
        assert_eq!(
            (kept.len(), kept[0].as_str(), kept[1].as_str(), kept[19].as_str()),
            (20, "<1@x>", "<482@x>", "<500@x>")
        );
    }
}
