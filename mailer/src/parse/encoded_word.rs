//! Encoded words in header values (RFC 2047, RFC 2231 §5), as real programs write them.
//!
//! Neighboring words of one character set are joined before they are decoded: many programs cut a character in two.

use std::borrow::Cow;

use super::{
    charset::{self, Hints},
    transfer,
};

/// Decodes all encoded words of the unfolded `value`; other text stays as it is.
pub(super) fn decode(value: &[u8], hints: &Hints) -> String {
    replace_words(value, hints, |text| text)
}

/// Writes runs of encoded words as one well-formed word in UTF-8 each, so that any reader of structured fields
/// understands them. Text that isn't encoded stays as it is.
pub(super) fn normalize(value: &[u8], hints: &Hints) -> String {
    replace_words(value, hints, |text| {
        let text = super::header::without_controls(&text);
        format!("=?utf-8?B?{}?=", data_encoding::BASE64.encode(text.as_bytes()))
    })
}

fn replace_words(value: &[u8], hints: &Hints, write: impl Fn(String) -> String) -> String {
    let mut result = String::with_capacity(value.len());
    let mut plain = Vec::new();
    let mut run = Run::default();
    // Behind the last end of a word none begins, and no word may look for its end there again and again.
    let last_end = value.windows(2).rposition(|it| it == b"?=").map_or(0, |at| at + 2);
    let (mut rest, tail) = value.split_at_checked(last_end).unwrap_or((value, &[]));
    while let Some((before, after)) = split_at(rest, *b"=?") {
        plain.extend_from_slice(before);
        let Some((word, remainder)) = Word::read(after) else {
            plain.extend_from_slice(b"=?");
            rest = after;
            continue;
        };
        // Blanks between two words only separate them.
        if run.is_empty() || !plain.trim_ascii().is_empty() {
            run.end(&mut result, hints, &write);
            result.push_str(&charset::decode(&plain, None, hints).text);
        }
        plain.clear();
        run.add(&word, hints);
        rest = remainder;
    }
    plain.extend_from_slice(rest);
    plain.extend_from_slice(tail);
    run.end(&mut result, hints, &write);
    result.push_str(&charset::decode(&plain, None, hints).text);
    result
}

/// What stands before and after the first `mark`.
fn split_at(text: &[u8], mark: [u8; 2]) -> Option<(&[u8], &[u8])> {
    let at = text.windows(2).position(|it| it == mark)?;
    Some((text.get(..at)?, text.get(at + 2..)?))
}

/// One encoded word, undone down to bytes.
struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
}

impl<'a> Word<'a> {
    const MAX_CHARSET: usize = 60;

    /// Reads what follows `=?`: character set, encoding, data. Raw 8-bit bytes in the data stand for themselves.
    fn read(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let end = text.iter().take(Self::MAX_CHARSET).position(|byte| *byte == b'?')?;
        let charset = std::str::from_utf8(text.get(..end)?).ok()?;
        // A language may follow (RFC 2231 §5); it changes nothing.
        let charset = charset.split('*').next().filter(|it| !it.is_empty() && !it.contains(' '))?;
        let [encoding, b'?', data @ ..] = text.get(end + 1..)? else { return None };
        let is_base64 = match encoding {
            b'B' | b'b' => true,
            b'Q' | b'q' => false,
            _ => return None,
        };
        let (data, rest) = split_at(data, *b"?=")?;
        let bytes = if is_base64 {
            transfer::base64(data)
        } else {
            let blank: &[u8] = b"=20";
            let data: Vec<u8> = data
                .iter()
                .flat_map(|byte| if *byte == b'_' { blank } else { std::slice::from_ref(byte) })
                .copied()
                .collect();
            transfer::quoted_printable(&data)
        };
        Some((Self { charset, bytes }, rest))
    }
}

/// Words that follow one another with nothing but blanks between them.
#[derive(Default)]
struct Run<'a> {
    text: String,
    charset: Cow<'a, str>,
    bytes: Vec<u8>,
}

impl<'a> Run<'a> {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.bytes.is_empty()
    }

    fn add(&mut self, word: &Word<'a>, hints: &Hints) {
        // Words in character sets with states start and end in ASCII each, and can't be cut.
        let has_states = word.charset.get(..8).is_some_and(|it| it.eq_ignore_ascii_case("iso-2022"));
        if has_states || !self.charset.eq_ignore_ascii_case(word.charset) {
            self.flush(hints);
            self.charset = Cow::Borrowed(word.charset);
        }
        self.bytes.extend_from_slice(&word.bytes);
    }

    fn flush(&mut self, hints: &Hints) {
        if !self.bytes.is_empty() {
            self.text.push_str(&charset::decode(&self.bytes, Some(&self.charset), hints).text);
            self.bytes.clear();
        }
    }

    fn end(&mut self, result: &mut String, hints: &Hints, write: &impl Fn(String) -> String) {
        self.flush(hints);
        if !self.text.is_empty() {
            result.push_str(&write(std::mem::take(&mut self.text)));
        }
    }
}
