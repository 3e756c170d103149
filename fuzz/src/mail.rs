//! Read mails: bounded, printable, nothing lost.

use data_encoding::BASE64;
use liaison_mailer::parse::{Limits, MailKind, ParsedMail, parse};

use crate::html::check_clean;

/// Bounds so small that short inputs meet them.
pub const SMALL: Limits = Limits {
    raw_bytes: 8 * 1024,
    parts: 8,
    depth: 3,
    headers: 24,
    header_bytes: 1024,
    all_header_bytes: 2 * 1024,
    addresses: 6,
    text_bytes: 512,
    reported_recipients: 4,
};

/// Holds a mail that was read within `limits` to every law.
pub fn check(raw: &[u8], mail: &ParsedMail, limits: &Limits) {
    check_text(mail);
    check_caps(raw, mail, limits);
    check_names(mail);
    if let Some(html) = &mail.html {
        check_clean(html);
    }
    if mail.exceeds.is_none() {
        check_printed(mail);
    }
}

/// R27: the segments are the text, and what is shown and what is elided are all of it.
fn check_text(mail: &ParsedMail) {
    let joined: String = mail.segments.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(joined, mail.text, "the segments are not the text");
    assert!(mail.segments.iter().all(|it| !it.text.is_empty()), "a segment is empty");
    assert!(mail.segments.windows(2).all(|it| it[0].kind != it[1].kind), "neighbors of one kind");
    let count = |text: &str| text.chars().filter(|it| !it.is_whitespace()).count();
    assert_eq!(count(&mail.visible) + count(&mail.elided), count(&mail.text), "a character is lost");
    assert!(is_in_order(&mail.visible, &mail.text) && is_in_order(&mail.elided, &mail.text), "words of nobody");
    assert!(!mail.visible.is_empty() || mail.text.trim().is_empty(), "R14: nothing is shown");
}

/// Whether all characters of `part` stand in `text` in the same order.
fn is_in_order(part: &str, text: &str) -> bool {
    let mut rest = text.chars();
    part.chars().all(|it| rest.any(|other| other == it))
}

/// S12: nothing is larger than the mail and the limits allow.
fn check_caps(raw: &[u8], mail: &ParsedMail, limits: &Limits) {
    assert_eq!(mail.exceeds.is_some(), raw.len() > limits.raw_bytes || mail.exceeds.is_some());
    if mail.exceeds.is_some() {
        assert_eq!(mail.kind, MailKind::Unparsable);
        assert!(mail.text.is_empty() && mail.attachments.is_empty(), "read in spite of a limit");
    }
    let addresses = [&mail.to, &mail.cc, &mail.reply_to].iter().map(|it| it.len()).sum::<usize>();
    assert!(addresses <= limits.addresses, "too many addresses");
    assert!(mail.route.delivered_to.len() <= limits.addresses, "too many addresses");
    assert!(mail.attachments.len() <= 2 * limits.parts, "too many files");
    let bytes: usize = mail.attachments.iter().map(|it| it.bytes.len()).sum();
    assert!(bytes <= 2 * raw.len(), "the files are larger than the mail");
    // A byte of an old character set takes three in UTF-8, and a line end before a quote its prefix.
    assert!(mail.text.len() <= 32 * limits.text_bytes, "the text is larger than is read");
    if let Some(bounce) = &mail.bounce {
        assert!(bounce.recipients.len() <= limits.reported_recipients, "too many recipients");
        for it in &bounce.recipients {
            assert!(!it.address.is_empty(), "a recipient is nobody");
            assert!(it.status.as_deref().is_none_or(is_status), "no status: {:?}", it.status);
            assert!(it.diagnostic.as_ref().is_none_or(|said| said.chars().count() <= 500), "a long saying");
        }
    }
}

fn is_status(text: &str) -> bool {
    let mut parts = text.split('.');
    let is_number = |it: &str| (1..=3).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(|class| ["2", "4", "5"].contains(&class))
        && parts.next().is_some_and(is_number)
        && parts.next().is_some_and(is_number)
        && parts.next().is_none()
}

/// S11, S16: names and ids are one line and nothing else.
fn check_names(mail: &ParsedMail) {
    let is_plain = |it: &str| !it.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
    assert!(is_plain(&mail.subject), "the subject has controls");
    for it in &mail.attachments {
        assert!(is_plain(&it.name) && !it.name.contains(['/', '\\']), "no file name: {:?}", it.name);
        assert!(it.name.chars().count() <= 210, "a long file name");
        assert!(it.content_type.len() <= 255 && is_plain(&it.content_type), "no type: {:?}", it.content_type);
    }
    let people = mail.from.iter().chain(&mail.sender).chain(&mail.to).chain(&mail.cc).chain(&mail.reply_to);
    for it in people {
        assert!(is_plain(&it.address) && it.name.as_deref().is_none_or(is_plain), "{it:?}");
    }
    let ids = mail.message_id.iter().chain(&mail.in_reply_to).chain(&mail.references);
    for id in ids {
        assert!(!id.is_empty() && !id.contains(|c: char| c.is_whitespace() || c.is_control()), "no id: {id:?}");
    }
}

/// What was read, written as a plain mail, is read as the same.
fn check_printed(mail: &ParsedMail) {
    let limits = Limits::default();
    let subject = format!("=?utf-8?B?{}?=", BASE64.encode(mail.subject.as_bytes()));
    let body = BASE64.encode(mail.text.as_bytes());
    let printed = format!(
        "From: a@b.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n"
    );
    // A text that begins with a byte order mark loses it, as it should.
    let is_marked = mail.text.starts_with('\u{feff}');
    if is_marked || mail.subject.len() * 2 > limits.header_bytes || mail.text.len() > limits.text_bytes {
        return;
    }
    let again = parse(&printed.into(), &limits);
    assert_eq!(again.subject, mail.subject, "the subject changed");
    assert_eq!(again.text, mail.text, "the text changed");
}
