//! What makes two deliveries the same mail (R7).

use sha2::{Digest as _, Sha256};

use super::{header::Headers, mime};

/// The fields that the author's program writes once.
const AUTHORS_FIELDS: [&str; 4] = ["From", "Date", "Message-ID", "Subject"];

/// SHA-256 over what a mail keeps on every way it takes: the author's fields and the body. Trace fields, line ends and
/// what stands after the last line are not in it, since servers on the way change them.
pub fn fingerprint(raw: &[u8]) -> [u8; 32] {
    let (headers, body) = mime::split_message(raw);
    let mut hash = Sha256::new();
    for name in AUTHORS_FIELDS {
        feed(&mut hash, author_field(&headers, name));
    }
    feed(&mut hash, body.trim_ascii_end());
    hash.finalize().into()
}

fn author_field<'a>(headers: &Headers<'a>, name: &str) -> &'a [u8] {
    headers.raw(name).unwrap_or_default().trim_ascii()
}

/// Ends each part by a byte that no mail has inside of a line.
fn feed(hash: &mut Sha256, part: &[u8]) {
    for run in part.split(|byte| *byte == b'\r') {
        hash.update(run);
    }
    hash.update([0xff, b'\r']);
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Received: from a by b\r\nFrom: Ivan <i@c.example>\r\nMessage-ID: <1@c.example>\r\n\
                        Subject: Re: a\r\n\r\nYes.\r\n";

    #[track_caller]
    fn check(other: &str, is_same: bool) {
        assert_eq!(fingerprint(MAIL.as_bytes()) == fingerprint(other.as_bytes()), is_same, "{other}");
    }

    /// R7: two deliveries differ in their traces; two mails under one id differ in what they say.
    #[test]
    fn the_same_mail_by_two_ways_is_the_same() {
        check(&MAIL.replace("from a by b", "from c by d"), true);
        check(&format!("Delivered-To: x@acme.example\r\n{MAIL}"), true);
        check(&MAIL.replace("\r\n", "\n"), true);
        check(&format!("{MAIL}\r\n"), true);
        check(&MAIL.replace("Yes.", "No."), false);
        check(&MAIL.replace("Re: a", "Re: b"), false);
        check(&MAIL.replace("1@c", "2@c"), false);
    }
}
