//! S12: nothing in a mail makes the parser panic or take more than its share.

use bytes::Bytes;
use proptest::{prelude::*, sample::Index};

use super::{
    super::{Limits, MailKind, ParsedMail, parse},
    all,
};

/// What holds for any mail. R27: what is shown and what is elided are the text.
#[track_caller]
pub(super) fn check_laws(mail: &ParsedMail) {
    let joined: String = mail.segments.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(joined, mail.text);
    let count = |text: &str| text.chars().filter(|it| !it.is_whitespace()).count();
    assert_eq!(count(&mail.visible) + count(&mail.elided), count(&mail.text));
    let names = mail.attachments.iter().map(|it| &it.name).chain([&mail.subject]);
    assert!(names.flat_map(|it| it.chars()).all(|c| !c.is_control()));
}

#[test]
fn every_truncation_of_a_mail_is_read() {
    for (name, raw) in all() {
        for end in (0..raw.len()).step_by(raw.len() / 40 + 1) {
            let mail = parse(&Bytes::copy_from_slice(&raw[..end]), &Limits::default());
            assert!(mail.attachments.len() < 10, "{name}");
            check_laws(&mail);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_are_survived(which: Index, flips: Vec<(Index, u8)>) {
        let all = all();
        let mut raw = which.get(&all).1.clone();
        for (at, byte) in flips {
            let at = at.index(raw.len());
            raw[at] = byte;
        }
        check_laws(&parse(&raw.into(), &Limits::default()));
    }

    #[test]
    fn mails_cut_together_are_survived(first: Index, second: Index, cut: Index, paste: Index) {
        let all = all();
        let (first, second) = (&first.get(&all).1, &second.get(&all).1);
        let raw = [&first[..cut.index(first.len())], &second[paste.index(second.len())..]].concat();
        check_laws(&parse(&raw.into(), &Limits::default()));
    }

    #[test]
    fn any_bytes_are_survived(raw: Vec<u8>) {
        check_laws(&parse(&raw.into(), &Limits::default()));
    }
}

const HEADER: &str = "From: a@b.example\r\nMIME-Version: 1.0\r\n";

#[track_caller]
fn check_refused(raw: &str, reason: &str) {
    let mail = parse(&raw.to_owned().into(), &Limits::default());
    assert_eq!((mail.kind, mail.reasons.concat().as_str()), (MailKind::Unparsable, reason));
    assert_eq!(mail.from.unwrap().address, "a@b.example");
}

#[test]
fn what_is_over_a_limit_is_refused_by_name() {
    let parts = "--b\r\n\r\nx\r\n".repeat(100_000);
    check_refused(
        &format!("{HEADER}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n"),
        "the mail has more than 500 parts",
    );
    let levels = (0..10_000)
        .map(|level| format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"));
    check_refused(
        &format!("{HEADER}{}", levels.collect::<Vec<_>>().concat()),
        "the mail nests its parts more than 20 deep",
    );
    check_refused(
        &format!("{HEADER}X: {}\r\n\r\nx", "y".repeat(1024 * 1024)),
        "a header block of the mail is larger than 65536 bytes",
    );
    check_refused(
        &format!("{HEADER}{}\r\nx", "X: y\r\n".repeat(3_000)),
        "a header block of the mail has more than 2000 fields",
    );
    let limits = Limits { raw_bytes: 10, ..Limits::default() };
    assert_eq!(parse(&HEADER.into(), &limits).reasons, ["the mail is larger than 10 bytes"]);
}

#[test]
fn messages_within_messages_are_files_however_deep() {
    let raw = format!("{HEADER}{}x", "Content-Type: message/rfc822\r\n\r\n".repeat(10_000));
    let mail = parse(&raw.into(), &Limits::default());
    assert_eq!((mail.kind, mail.attachments.len()), (MailKind::Message, 1));
}

/// R12: a text too long or too dear to read is kept whole as a file, and that is said.
#[test]
fn nothing_is_lost_of_what_is_not_read() {
    let limits = Limits { text_bytes: 100, ..Limits::default() };
    let mail = parse(&format!("{HEADER}\r\n{}", "long ".repeat(100)).into(), &limits);
    assert_eq!((mail.text.len(), mail.attachments.first().unwrap().bytes.len()), (100, 500));
    assert_eq!(mail.warnings, ["a text is longer than is read; the whole is kept as a file"]);

    let raw = format!("{HEADER}Content-Type: text/html\r\n\r\n{}words", "<div>".repeat(2_000));
    let mail = parse(&raw.into(), &Limits::default());
    assert_eq!((mail.text.as_str(), mail.html), ("words", None));
    assert_eq!(mail.warnings, ["a text is too dear to read as HTML; it is kept as a file"]);
}

/// A list of recipients without end makes no contacts without end.
#[test]
fn addresses_are_capped_with_a_warning() {
    let list = (0..3_000).map(|number| format!("a{number}@b.example")).collect::<Vec<_>>().join(", ");
    let mail = parse(&format!("{HEADER}Cc: {list}\r\n\r\nx").into(), &Limits::default());
    assert_eq!(mail.cc.len() + 1, Limits::default().addresses);
    assert_eq!(mail.warnings, ["2001 addresses of Cc were left out"]);
}

/// S4: an encoded word in a greeting must not become words of the server.
#[test]
fn a_received_field_is_kept_as_it_is_written() {
    let field = "from =?utf-8?q?x_by_mx_with_ESMTPSA_id_1?= (z [192.0.2.7]) by mx with SMTP id 2; today";
    let mail = format!("Received: {field}\r\nFrom: a@b.example\r\n\r\nx\r\n");
    assert_eq!(parse(&mail.into(), &Limits::default()).route.received, [field]);
}
