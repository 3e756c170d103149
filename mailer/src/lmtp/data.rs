//! The message after DATA: finds its end, undoes dot-stuffing (RFC 5321 §4.5.2), refuses what invites smuggling.
//!
//! Written out because the decoder of smtp-proto does not see a dot on the very first line and takes `CRLF . CR CR LF`
//! for the end. Here only `CRLF . CRLF` is, the first CRLF being the one after DATA for a message without lines.

use std::mem;

use bytes::{Buf, BytesMut};

use crate::buffer;

/// Reads one message.
#[derive(Debug)]
pub(super) struct DataDecoder {
    at: Position,
    raw: Vec<u8>,
    max_bytes: usize,
    /// The first fault. Nothing is kept from then on: the message is read to its end and refused.
    fault: Option<Fault>,
}

/// Why a message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// More bytes than allowed.
    TooLong,
    /// A CR without LF, or an LF without CR.
    BareLineBreak,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    LineStart,
    InLine,
    AfterCr,
    /// After a dot that began a line.
    AfterDot,
    /// After a line's dot and a CR.
    AfterDotCr,
}

impl DataDecoder {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { at: Position::LineStart, raw: Vec::new(), max_bytes, fault: None }
    }

    /// Takes what belongs to the message from `input`; `None` while the end has not come.
    pub(super) fn decode(&mut self, input: &mut BytesMut) -> Option<Result<Vec<u8>, Fault>> {
        while let Some(&byte) = input.first() {
            if self.at == Position::InLine {
                let n_plain =
                    input.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(input.len());
                self.keep(input.get(..n_plain).unwrap_or_default());
                input.advance(n_plain);
                if n_plain > 0 {
                    continue;
                }
            }
            input.advance(1);
            if self.at == Position::AfterDotCr && byte == b'\n' {
                return Some(self.fault.map_or_else(|| Ok(mem::take(&mut self.raw)), Err));
            }
            self.at = self.advance(byte);
        }
        None
    }

    fn advance(&mut self, byte: u8) -> Position {
        match (self.at, byte) {
            (Position::LineStart, b'.') => Position::AfterDot,
            (Position::AfterDot, b'\r') => Position::AfterDotCr,
            (Position::AfterCr, b'\n') => {
                self.keep(b"\r\n");
                Position::LineStart
            }
            (Position::AfterCr | Position::AfterDotCr, b'\r') | (_, b'\n') => {
                self.fail(Fault::BareLineBreak);
                if byte == b'\r' { Position::AfterCr } else { Position::InLine }
            }
            (Position::AfterCr | Position::AfterDotCr, _) => {
                self.fail(Fault::BareLineBreak);
                Position::InLine
            }
            (_, b'\r') => Position::AfterCr,
            (_, byte) => {
                self.keep(&[byte]);
                Position::InLine
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.raw.len() + bytes.len() > self.max_bytes {
            self.fail(Fault::TooLong);
        } else if self.fault.is_none() {
            buffer::reserve(&mut self.raw, bytes.len());
            self.raw.extend_from_slice(bytes);
        }
    }

    fn fail(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
        self.raw = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What became of `sent` when it came in pieces of `n` bytes, and what of it was left for the next command.
    fn decode_in_pieces(sent: &[u8], n: usize) -> (Option<Result<Vec<u8>, Fault>>, Vec<u8>) {
        let mut decoder = DataDecoder::new(64);
        let mut input = BytesMut::new();
        let mut consumed = 0;
        for piece in sent.chunks(n) {
            input.extend_from_slice(piece);
            consumed += piece.len();
            if let Some(end) = decoder.decode(&mut input) {
                return (Some(end), [&input, &sent[consumed..]].concat());
            }
        }
        (None, input.to_vec())
    }

    #[track_caller]
    fn check(sent: &str, expected: Option<Result<&str, Fault>>) {
        for n in [1, 2, 3, sent.len()] {
            let (decoded, _) = decode_in_pieces(sent.as_bytes(), n);
            assert_eq!(
                decoded,
                expected.map(|end| end.map(|raw| raw.as_bytes().to_vec())),
                "{sent:?} by {n}"
            );
        }
    }

    /// RFC 5321 §4.5.2.
    #[test]
    fn dot_stuffing_is_undone() {
        for (sent, raw) in [
            ("a\r\n.\r\n", "a\r\n"),
            (".\r\n", ""),
            ("\r\n.\r\n", "\r\n"),
            ("..\r\n.\r\n", ".\r\n"),
            ("..a\r\n...\r\n.\r\n", ".a\r\n..\r\n"),
            (".a\r\n.\r\n", "a\r\n"),
            ("a.\r\nb. c\r\n.\r\n", "a.\r\nb. c\r\n"),
            ("\0\u{e9}\r\n.\r\n", "\0\u{e9}\r\n"),
        ] {
            check(sent, Some(Ok(raw)));
        }
    }

    /// S14: the ends of data that other servers have believed in.
    #[test]
    fn only_crlf_dot_crlf_ends_a_message() {
        for wrong_end in [
            "\n.\n",
            "\n.\r\n",
            "\r\n.\n",
            "\r.\r",
            "\r.\r\n",
            "\r\n.\r",
            "\n.\r",
            "\r.\n",
            "\r\n.\r\r\n",
            "\r\r\n.\r\r\n",
            "\r\n.\n\r\n",
            "\r\n.\0\r\n",
            "\0\r\n.\r\0\n",
            "\r\n\u{200b}.\r\n",
            "\r\n. \r\n",
        ] {
            let smuggled = format!("a{wrong_end}MAIL FROM:<x@y.example>\r\n");
            check(&smuggled, None);
            let (end, _) = decode_in_pieces(format!("{smuggled}\r\n.\r\n").as_bytes(), 7);
            let has_bare = smuggled.replace("\r\n", "").contains(['\r', '\n']);
            assert_eq!(end.is_some_and(|end| end == Err(Fault::BareLineBreak)), has_bare, "{wrong_end:?}");
        }
    }

    #[test]
    fn a_message_over_the_limit_is_read_to_its_end_and_not_kept() {
        check(&format!("{}\r\n.\r\n", "a".repeat(62)), Some(Ok(&format!("{}\r\n", "a".repeat(62)))));
        check(&format!("{}\r\n.\r\n", "a".repeat(63)), Some(Err(Fault::TooLong)));
        let mut decoder = DataDecoder::new(64);
        assert_eq!(decoder.decode(&mut BytesMut::from([b'a'; 1_000].as_slice())), None);
        assert_eq!(decoder.raw.capacity(), 0);
    }

    #[test]
    fn what_follows_the_end_is_left_for_the_next_command() {
        let (_, rest) = decode_in_pieces(b"a\r\n.\r\nMAIL FROM:<>\r\n", 9);
        assert_eq!(rest, b"MAIL FROM:<>\r\n");
    }

    /// The same by lines: slow, and plainly the definition.
    fn decode_by_lines(sent: &str) -> Option<Result<Vec<u8>, Fault>> {
        let lines: Vec<&str> = sent.split("\r\n").collect();
        // The last piece has no CRLF behind it, so it ends nothing.
        let end = lines[..lines.len() - 1].iter().position(|line| *line == ".")?;
        if lines[..end].iter().any(|line| line.contains(['\r', '\n'])) {
            return Some(Err(Fault::BareLineBreak));
        }
        Some(Ok(lines[..end]
            .iter()
            .flat_map(|line| [line.strip_prefix('.').unwrap_or(line), "\r\n"])
            .collect::<String>()
            .into_bytes()))
    }

    proptest! {
        /// S14.
        #[test]
        fn a_message_is_what_stands_before_its_first_lone_dot_line(sent in "(\r\n|\r|\n|\\.|a|\r\n\\.){0,30}", n in 1..9usize) {
            prop_assert_eq!(decode_in_pieces(sent.as_bytes(), n).0, decode_by_lines(&sent));
        }
    }
}
