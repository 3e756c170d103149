//! Mails made of known words are read as those words, however they were encoded, nested and quoted.

use data_encoding::{BASE64, HEXUPPER};
use encoding_rs::Encoding;
use proptest::{prelude::*, sample::select};

use super::{
    super::{Limits, MailKind, parse},
    hostile::check_laws,
};

const CHARSETS: [&str; 6] = ["utf-8", "windows-1251", "koi8-r", "ibm866", "iso-8859-5", "x-mac-cyrillic"];
const WORDS: [&str; 8] = ["gate", "hinge", "door", "Tuesday", "ворота", "петля", "дверь", "во вторник"];

/// How a text travels.
#[derive(Clone, Copy, Debug)]
enum Transfer {
    EightBit,
    QuotedPrintable,
    Base64,
}

/// What stands around a part.
#[derive(Clone, Copy, Debug)]
enum Around {
    /// A file behind it.
    Mixed,
    /// The same as HTML beside it.
    Alternative,
    /// An image that belongs to it.
    Related,
    /// A list's signature.
    Signed,
}

/// A header and a content.
struct Part {
    header: String,
    content: Vec<u8>,
}

impl Part {
    fn text(media_type: &str, text: &str, charset: &str, transfer: Transfer) -> Self {
        let (bytes, ..) = Encoding::for_label(charset.as_bytes()).unwrap().encode(text);
        let (name, content) = match transfer {
            Transfer::EightBit => ("8bit", bytes.into_owned()),
            Transfer::QuotedPrintable => ("quoted-printable", quoted_printable(&bytes).into_bytes()),
            Transfer::Base64 => ("base64", BASE64.encode(&bytes).into_bytes()),
        };
        let header =
            format!("Content-Type: {media_type}; charset={charset}\r\nContent-Transfer-Encoding: {name}\r\n");
        Self { header, content }
    }

    fn file(fields: &str) -> Self {
        Self {
            header: format!("{fields}Content-Transfer-Encoding: base64\r\n"),
            content: b"ZmlsZQ==".to_vec(),
        }
    }

    fn around(self, around: Around, level: usize, html: impl FnOnce() -> Self) -> Self {
        let (subtype, other) = match around {
            Around::Mixed => ("mixed", Self::file("Content-Type: application/pdf; name=offer.pdf\r\n")),
            Around::Alternative => ("alternative", html()),
            Around::Related => ("related", Self::file("Content-Type: image/png\r\nContent-ID: <logo>\r\n")),
            Around::Signed => ("signed", Self::file("Content-Type: application/pkcs7-signature\r\n")),
        };
        let mut content = Vec::new();
        for part in [self, other] {
            content.extend_from_slice(format!("--level{level}\r\n{}\r\n", part.header).as_bytes());
            content.extend_from_slice(&part.content);
            content.extend_from_slice(b"\r\n");
        }
        content.extend_from_slice(format!("--level{level}--\r\n").as_bytes());
        Self { header: format!("Content-Type: multipart/{subtype}; boundary=level{level}\r\n"), content }
    }
}

fn quoted_printable(bytes: &[u8]) -> String {
    let lines = bytes.chunks(20).map(|chunk| {
        let codes: Vec<String> = chunk.iter().map(|byte| format!("={}", HEXUPPER.encode(&[*byte]))).collect();
        codes.concat()
    });
    lines.collect::<Vec<_>>().join("=\r\n")
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(select(WORDS.as_slice()), 3..12).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// R27, R30
    #[test]
    fn mails_of_known_words_are_read_as_those_words(
        new in prop::collection::vec(words(), 1..4),
        quoted in prop::collection::vec(words(), 0..4),
        subject in words(),
        charset in select(CHARSETS.as_slice()),
        transfer in select(vec![Transfer::EightBit, Transfer::QuotedPrintable, Transfer::Base64]),
        nesting in prop::collection::vec(
            select(vec![Around::Mixed, Around::Alternative, Around::Related, Around::Signed]),
            0..4,
        ),
    ) {
        let new = new.join("\n");
        let mut text = new.clone();
        if !quoted.is_empty() {
            let lines: Vec<String> = quoted.iter().map(|line| format!("> {line}")).collect();
            text += "\n\nOn 04.03.2024 09:15, Desk <desk@example.com> wrote:\n";
            text += &lines.join("\n");
        }
        let wire = text.replace('\n', "\r\n");
        let mut part = Part::text("text/plain", &wire, charset, transfer);
        for (level, around) in nesting.iter().enumerate() {
            part = part.around(*around, level, || {
                Part::text("text/html", &format!("<p>{new}</p>"), charset, transfer)
            });
        }
        let subject_word = BASE64.encode(subject.as_bytes());
        let header = format!(
            "From: Ivan <ivan@client.example>\r\nSubject: =?utf-8?B?{subject_word}?=\r\nMIME-Version: 1.0\r\n{}\r\n",
            part.header
        );
        let mail = parse(&[header.as_bytes(), &part.content].concat().into(), &Limits::default());
        check_laws(&mail);
        prop_assert_eq!(mail.kind, MailKind::Message);
        prop_assert_eq!(mail.text.trim_end(), text);
        prop_assert_eq!(mail.visible, new);
        prop_assert_eq!(mail.subject, subject);
        let files = nesting.iter().filter(|it| !matches!(it, Around::Alternative)).count();
        prop_assert_eq!(mail.attachments.len(), files);
    }
}
