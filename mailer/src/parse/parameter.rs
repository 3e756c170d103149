//! Values with parameters, as of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183).
//!
//! Names of files come in three forms, often in two at once: plain (with raw 8-bit bytes or, against the rules, encoded
//! words), cut into numbered pieces, and percent-coded with a character set (RFC 2231). The coded form wins (S13).

use super::{
    charset::{self, Hints},
    encoded_word,
    transfer::hex_pair,
};

/// A value and its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameterized {
    /// In lower case, without blanks.
    pub(super) value: String,
    parameters: Vec<(String, String)>,
}

/// More parameters than this aren't read.
const MAX_PARAMETERS: usize = 200;

impl Parameterized {
    /// Reads an unfolded header value. Never fails; what makes no sense is left out.
    pub(super) fn read(raw: &[u8], hints: &Hints) -> Self {
        let mut input = raw;
        let value = take_token(&mut input);
        let value = String::from_utf8_lossy(&value).to_ascii_lowercase().split_whitespace().collect();
        let mut pieces: Vec<Piece> = Vec::new();
        while !input.is_empty() && pieces.len() < MAX_PARAMETERS {
            pieces.extend(Piece::take(&mut input));
        }
        let mut names: Vec<&str> = pieces.iter().map(|piece| piece.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let parameters =
            names.into_iter().map(|name| (name.to_owned(), join(&pieces, name, hints))).collect();
        Self { value, parameters }
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }
}

/// `name*2*=value`: one piece of a parameter.
struct Piece {
    name: String,
    number: Option<u16>,
    is_coded: bool,
    value: Vec<u8>,
}

impl Piece {
    /// Takes the next parameter; `None` where there is only rubbish up to the next `;`.
    fn take(input: &mut &[u8]) -> Option<Self> {
        let end = input.iter().position(|byte| matches!(byte, b'=' | b';'));
        let (name, rest) = input.split_at_checked(end.unwrap_or(input.len()))?;
        let (separator, rest) =
            rest.split_first().map_or((b';', rest), |(separator, rest)| (*separator, rest));
        *input = rest;
        if separator == b';' {
            return None;
        }
        let value = take_token(input);
        let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
        let (name, is_coded) = name.strip_suffix('*').map_or((name.as_str(), false), |name| (name, true));
        let (name, number) = match name.split_once('*') {
            Some((name, number)) => (name, number.parse().ok()),
            None => (name, None),
        };
        (!name.is_empty()).then(|| Self { name: name.to_owned(), number, is_coded, value })
    }
}

/// Takes a token or quoted string up to the next `;`, without quotes and escapes.
fn take_token(input: &mut &[u8]) -> Vec<u8> {
    let mut token = Vec::new();
    let mut is_quoted = false;
    while let Some((&byte, rest)) = input.split_first() {
        *input = rest;
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted && matches!(rest.first(), Some(b'"' | b'\\')) => {
                token.extend(rest.first());
                *input = rest.get(1..).unwrap_or_default();
            }
            b';' if !is_quoted => break,
            byte => token.push(byte),
        }
    }
    token.trim_ascii().to_vec()
}

fn join(pieces: &[Piece], name: &str, hints: &Hints) -> String {
    let of_name = || pieces.iter().filter(|piece| piece.name == name);
    let mut numbered: Vec<&Piece> = of_name().filter(|piece| piece.number.is_some()).collect();
    numbered.sort_by_key(|piece| piece.number);
    let coded = of_name().find(|piece| piece.number.is_none() && piece.is_coded);
    let chosen = coded.map_or(numbered, |coded| vec![coded]);
    if chosen.is_empty() {
        let plain = of_name().next().map(|piece| piece.value.as_slice()).unwrap_or_default();
        return encoded_word::decode(plain, hints);
    }
    let mut label = None;
    let mut bytes = Vec::new();
    for (at, piece) in chosen.iter().enumerate() {
        let mut value = piece.value.as_slice();
        if at == 0 && piece.is_coded {
            (label, value) = split_charset(value);
        }
        if piece.is_coded {
            bytes.extend(percent_decode(value));
        } else {
            bytes.extend_from_slice(value);
        }
    }
    if chosen.iter().any(|piece| piece.is_coded) {
        charset::decode(&bytes, label.as_deref(), hints).text.into_owned()
    } else {
        encoded_word::decode(&bytes, hints)
    }
}

/// `utf-8'ru'text` gives `utf-8` and `text`.
fn split_charset(value: &[u8]) -> (Option<String>, &[u8]) {
    let mut parts = value.splitn(3, |byte| *byte == b'\'');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(charset), Some(_language), Some(text)) => {
            (Some(String::from_utf8_lossy(charset).into_owned()), text)
        }
        _ => (None, value),
    }
}

fn percent_decode(mut value: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(value.len());
    while let Some((&byte, rest)) = value.split_first() {
        value = rest;
        match rest.split_first_chunk::<2>() {
            Some((digits, after)) if byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit) => {
                decoded.push(hex_pair(*digits));
                value = after;
            }
            _ => decoded.push(byte),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, value: &str, name: &str, parameter: &str) {
        let read = Parameterized::read(header.as_bytes(), &Hints::default());
        assert_eq!((read.value.as_str(), read.parameter(name).unwrap_or_default()), (value, parameter));
    }

    /// R30, S13
    #[test]
    fn file_names_are_read_in_every_form() {
        check("Text/Plain; charset=utf-8", "text/plain", "charset", "utf-8");
        check("a/b; name=\"a; \\\"b\\\".txt\"; x=y", "a/b", "name", "a; \"b\".txt");
        check("attachment; filename==?utf-8?B?0L7RgtGH0ZHRgi5wZGY=?=", "attachment", "filename", "отчёт.pdf");
        check(
            "attachment; filename*=koi8-r''%CF%D4%DE.pdf; filename=x.pdf",
            "attachment",
            "filename",
            "отч.pdf",
        );
        check(
            "a; filename*1*=%D0%B2; filename*0*=utf-8'ru'%D0; filename*2=\".exe\"",
            "a",
            "filename",
            "\u{fffd}\u{432}.exe",
        );
        check("a; filename*0=\"re\"; filename*1=\"port.pdf\"", "a", "filename", "report.pdf");
        check("a; filename*0*=utf-8''%D0; filename*1*=%B2", "a", "filename", "в");
        check("attachment; rubbish; =; filename", "attachment", "filename", "");
    }
}
