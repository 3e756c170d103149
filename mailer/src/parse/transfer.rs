//! Undoes content transfer encodings (RFC 2045 §6). Never fails: what is no valid code is skipped or kept as it stands,
//! since a damaged attachment is better than none.

use std::borrow::Cow;

use crate::buffer;

/// How a part's bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TransferEncoding {
    Identity,
    Base64,
    QuotedPrintable,
    Uuencode,
}

impl TransferEncoding {
    /// Reads the header value; unknown names mean identity.
    pub(super) fn from_header(value: &str) -> Self {
        let name = value.split([';', ' ', '\t']).next().unwrap_or_default();
        match name.trim_matches('"').to_ascii_lowercase().as_str() {
            "base64" | "b" => Self::Base64,
            "quoted-printable" | "q" => Self::QuotedPrintable,
            "x-uuencode" | "uuencode" | "x-uue" | "uue" => Self::Uuencode,
            _ => Self::Identity,
        }
    }

    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Identity => Cow::Borrowed(bytes),
            Self::Base64 => Cow::Owned(base64(bytes)),
            Self::QuotedPrintable => Cow::Owned(quoted_printable(bytes)),
            Self::Uuencode => Cow::Owned(uuencoded(bytes)),
        }
    }
}

/// Every letter of the alphabet counts, everything else is skipped. Padding ends the data unless more of the same
/// follows: some programs join separately encoded pieces, and mailing lists add a footer in plain text.
pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = buffer::with_room(bytes.len() / 4 * 3);
    let (mut quantum, mut letters) = (0_u32, 0_u8);
    // So far the bytes are known to be code: none is looked at twice.
    let mut known = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' if letters > 0 => {
                end_quantum(&mut decoded, quantum, letters);
                (quantum, letters) = (0, 0);
                let end = (at + LOOK_AHEAD).min(bytes.len());
                if !bytes.get(known.max(at)..end).unwrap_or_default().iter().all(|it| is_code(*it)) {
                    return decoded;
                }
                known = end;
                continue;
            }
            _ => continue,
        };
        quantum = quantum << 6 | u32::from(value);
        letters += 1;
        if letters == 4 {
            let [_, first, second, third] = quantum.to_be_bytes();
            decoded.extend_from_slice(&[first, second, third]);
            (quantum, letters) = (0, 0);
        }
    }
    end_quantum(&mut decoded, quantum, letters);
    decoded
}

/// So many bytes behind a padding tell whether code goes on: no blank inside a line, no other sign.
const LOOK_AHEAD: usize = 256;

fn is_code(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte)
}

fn end_quantum(decoded: &mut Vec<u8>, quantum: u32, letters: u8) {
    let [_, first, second, _] = match letters {
        2 => (quantum << 12).to_be_bytes(),
        3 => (quantum << 6).to_be_bytes(),
        _ => return,
    };
    decoded.push(first);
    if letters == 3 {
        decoded.push(second);
    }
}

/// A `=` that no two hex digits follow stands for itself; blanks before a line end are transport padding.
pub(super) fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = buffer::with_room(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let end = line
            .iter()
            .rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
            .map_or(0, |at| at + 1);
        let (content, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
        let (content, soft_break) = match content.split_last() {
            Some((b'=', before)) => (before, true),
            _ => (content, false),
        };
        let mut content = content;
        while let Some((&byte, after)) = content.split_first() {
            content = after;
            match after.split_first_chunk::<2>() {
                Some((digits, after_code)) if byte == b'=' && digits.iter().all(u8::is_ascii_hexdigit) => {
                    decoded.push(hex_pair(*digits));
                    content = after_code;
                }
                _ => decoded.push(byte),
            }
        }
        if !soft_break {
            let line_end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
            decoded.extend_from_slice(rest.get(line_end..).unwrap_or_default());
        }
    }
    decoded
}

/// The value of two hex digits.
pub(super) fn hex_pair(digits: [u8; 2]) -> u8 {
    let [high, low] = digits.map(|digit| match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        b'A'..=b'F' => digit - b'A' + 10,
        _ => 0,
    });
    high << 4 | low
}

/// Lines from `begin` to `end`; without a `begin` line nothing is decoded.
fn uuencoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = buffer::with_room(bytes.len() / 4 * 3);
    let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    if !lines.by_ref().any(|line| line.starts_with(b"begin ")) {
        return bytes.to_vec();
    }
    for line in lines.take_while(|line| *line != b"end") {
        let Some((length, codes)) = line.split_first() else { continue };
        let length = usize::from(uu_value(*length));
        let mut line_bytes = Vec::with_capacity(length);
        for quantum in codes.chunks(4) {
            let joined = (0..4).fold(0_u32, |joined, at| {
                joined << 6 | u32::from(quantum.get(at).map_or(0, |code| uu_value(*code)))
            });
            line_bytes.extend_from_slice(joined.to_be_bytes().get(1..).unwrap_or_default());
        }
        line_bytes.truncate(length);
        decoded.append(&mut line_bytes);
    }
    decoded
}

fn uu_value(code: u8) -> u8 {
    code.wrapping_sub(b' ') & 0x3f
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(encoding: TransferEncoding, encoded: &str, decoded: &str) {
        assert_eq!(String::from_utf8_lossy(&encoding.decode(encoded.as_bytes())), decoded);
    }

    #[test]
    fn encoded_bytes_come_back() {
        check(TransferEncoding::Base64, "SGVsbG8=", "Hello");
        check(TransferEncoding::Base64, "SGVs\r\nbG8h\r\n", "Hello!");
        check(TransferEncoding::QuotedPrintable, "a=3Db=\r\nc  \r\nd", "a=bc\r\nd");
        check(TransferEncoding::Uuencode, "begin 644 a.txt\n%2&5L;&\\\n`\nend\n", "Hello");
        check(TransferEncoding::Identity, "a=3D", "a=3D");
    }

    #[test]
    fn damaged_codes_lose_only_themselves() {
        check(TransferEncoding::Base64, "SGVs!bG8", "Hello");
        check(TransferEncoding::Base64, "SGU=\r\nbGxv", "Hello");
        check(TransferEncoding::Base64, "SGVsbG8=\r\n-- \r\nOur list", "Hello");
        check(TransferEncoding::QuotedPrintable, "50=% off =", "50=% off ");
        check(TransferEncoding::Uuencode, "no begin", "no begin");
    }
}
