//! Encoded words in header values (RFC 2047, RFC 2231 §5), as real programs write them.
//!
//! Neighboring words of one character set are joined before they are decoded: many programs cut a character in two.

use std::borrow::Cow;

use super::{
    charset::{self, Hints},
    transfer,
};

/// Decodes all encoded words of `value`; other text stays as it is.
pub(super) fn decode(value: &str, hints: &Hints) -> String {
    replace_words(value, hints, |text| text)
}

/// Writes runs of encoded words as one well-formed word in UTF-8 each, so that any reader of structured fields
/// understands them. Text that isn't encoded stays as it is.
pub(super) fn normalize(value: &str, hints: &Hints) -> String {
    replace_words(value, hints, |text| {
        let text = super::header::without_controls(&text);
        format!("=?utf-8?B?{}?=", data_encoding::BASE64.encode(text.as_bytes()))
    })
}

fn replace_words(value: &str, hints: &Hints, write: impl Fn(String) -> String) -> String {
    let mut result = String::with_capacity(value.len());
    let mut run = Run::default();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("=?") {
        let Some((word, remainder)) = Word::read(after) else {
            run.end(&mut result, hints, &write);
            result.push_str(before);
            result.push_str("=?");
            rest = after;
            continue;
        };
        if run.is_empty() || !before.trim().is_empty() {
            run.end(&mut result, hints, &write);
            result.push_str(before);
        }
        run.add(word, hints);
        rest = remainder;
    }
    run.end(&mut result, hints, &write);
    result.push_str(rest);
    result
}

/// One encoded word, undone down to bytes.
struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
}

impl<'a> Word<'a> {
    /// Reads what follows `=?`.
    fn read(text: &'a str) -> Option<(Self, &'a str)> {
        let (charset, text) = text.split_once('?')?;
        let (encoding, text) = text.split_once('?')?;
        if charset.is_empty() || charset.len() > 60 || charset.contains(char::is_whitespace) {
            return None;
        }
        // A Q word may hold a bare `?`; its end is `?=`. A word never spans two words.
        let (data, rest) = text.split_once("?=")?;
        let bytes = match encoding {
            "B" | "b" => transfer::base64(data.as_bytes()),
            "Q" | "q" => transfer::quoted_printable(data.replace('_', "=20").as_bytes()),
            _ => return None,
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

    fn add(&mut self, word: Word<'a>, hints: &Hints) {
        if !self.charset.eq_ignore_ascii_case(word.charset) {
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
