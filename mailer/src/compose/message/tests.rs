//! Messages read back by a parser that knows nothing of how they were written.

use std::sync::Arc;

use mail_parser::{Address as ParsedAddress, MessageParser, MimeHeaders as _};
use proptest::prelude::*;

use super::*;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn id(text: &str) -> MessageId {
    MessageId::parse(text).unwrap()
}

fn file(name: &str, content_type: &str, content: &[u8]) -> Attachment {
    Attachment { name: name.to_owned(), content_type: content_type.to_owned(), content: Arc::from(content) }
}

fn simple() -> Message {
    Message {
        from: Mailbox::new("Ольга Белова", address("olga@acme.example")),
        sender: None,
        to: vec![Mailbox::new("Анна", address("anna@client.example"))],
        reply_to: None,
        subject: "Смета на март".to_owned(),
        message_id: id("<1@acme.example>"),
        in_reply_to: None,
        references: Vec::new(),
        date: DateTime::from_timestamp(1_898_947_800, 0).unwrap(),
        html: "<p>Готово</p>".to_owned(),
        text: TextPart::FromHtml,
        automatic: None,
        hop: None,
        attachments: Vec::new(),
        inline_images: Vec::new(),
    }
}

/// A message with `text` wherever a text can stand.
pub(crate) fn message_of(text: &str) -> Message {
    let named = Mailbox::new(text, address("olga@acme.example"));
    Message {
        from: named.clone(),
        sender: Some(named.clone()),
        to: vec![named.clone(), Mailbox::new(text, address("anna@client.example"))],
        reply_to: Some(named),
        subject: text.to_owned(),
        html: text.to_owned(),
        text: TextPart::Given(text.to_owned()),
        attachments: vec![file(text, text, text.as_bytes()), file(text, "text/plain", text.as_bytes())],
        inline_images: vec![InlineImage {
            content_id: "i@x".to_owned(),
            file: file(text, "image/png", text.as_bytes()),
        }],
        ..simple()
    }
}

fn bytes(message: &Message) -> Vec<u8> {
    message.to_bytes().unwrap()
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8(bytes.to_vec()).unwrap().split("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_mail_has_its_headers_and_both_bodies() {
    let message = Message {
        reply_to: Some(address("r+1@acme.example").into()),
        in_reply_to: Some(id("<0@client.example>")),
        references: vec![id("<r@acme.example>"), id("<0@client.example>")],
        automatic: Some(Automatic {
            cause: AutomaticCause::Generated,
            unsubscribe_url: Some("https://acme.example/u/1".to_owned()),
        }),
        hop: Some(Hop { installation: "b1946ac9".to_owned(), count: 2 }),
        ..simple()
    };
    insta::assert_snapshot!(String::from_utf8(bytes(&message)).unwrap().replace("\r\n", "\n"), @r#"
    Date: Tue, 05 Mar 2030 13:30:00 +0000
    From: =?utf-8?b?0J7Qu9GM0LPQsCDQkdC10LvQvtCy0LA=?= <olga@acme.example>
    Reply-To: r+1@acme.example
    To: =?utf-8?b?0JDQvdC90LA=?= <anna@client.example>
    Subject: =?utf-8?b?0KHQvNC10YLQsCDQvdCwINC80LDRgNGC?=
    Message-ID: <1@acme.example>
    In-Reply-To: <0@client.example>
    References: <r@acme.example> <0@client.example>
    Auto-Submitted: auto-generated
    X-Auto-Response-Suppress: All
    List-Unsubscribe: <https://acme.example/u/1>
    List-Unsubscribe-Post: List-Unsubscribe=One-Click
    X-Liaison-Loop: b1946ac9; hops=2
    MIME-Version: 1.0
    Content-Type: multipart/alternative;
     boundary="=_1_36cc7eabb0edc18c25fda48212c80e45"

    --=_1_36cc7eabb0edc18c25fda48212c80e45
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: base64

    0JPQvtGC0L7QstC+DQo=
    --=_1_36cc7eabb0edc18c25fda48212c80e45
    Content-Type: text/html; charset=utf-8
    Content-Transfer-Encoding: base64

    PHA+0JPQvtGC0L7QstC+PC9wPg==
    --=_1_36cc7eabb0edc18c25fda48212c80e45--
    "#);
    assert_eq!(bytes(&message), bytes(&message));
}

#[test]
fn files_and_images_are_nested_as_mail_programs_expect() {
    let message = Message {
        attachments: vec![
            file(
                "Смета на март 2030 года, окончательный вариант.xlsx",
                "application/vnd.ms-excel",
                &[0, 255, 13, 10],
            ),
            file("a \"b\".eml", "message/rfc822", b"Subject: x\n\ny"),
            file("cp1251.txt", "text/plain; charset=utf-8; x=\"\r\n\"", &[0xcf, 0xf0]),
        ],
        inline_images: vec![InlineImage {
            content_id: "logo@acme".to_owned(),
            file: file("лого.png", "image/png", b"\x89PNG"),
        }],
        html: "<img src=\"cid:logo@acme\">".to_owned(),
        ..simple()
    };
    let bytes = bytes(&message);
    let mail = MessageParser::new().parse(&bytes).unwrap();
    let types = mail.parts.iter().map(|it| {
        let kind = it.content_type().unwrap();
        let id = it.content_id().unwrap_or_default();
        format!(
            "{}/{} {} {id}",
            kind.ctype(),
            kind.subtype().unwrap(),
            it.attachment_name().unwrap_or_default()
        )
    });
    insta::assert_snapshot!(types.map(|it| it.trim_end().to_owned()).collect::<Vec<_>>().join("\n"), @r#"
    multipart/mixed
    multipart/related
    multipart/alternative
    text/plain
    text/html
    image/png лого.png logo@acme
    application/vnd.ms-excel Смета на март 2030 года, окончательный вариант.xlsx
    application/octet-stream a _b_.eml
    text/plain cp1251.txt
    "#);
    let contents = mail.attachments().map(|it| it.contents().to_vec()).collect::<Vec<_>>();
    assert!(
        contents.contains(&vec![0, 255, 13, 10]) && contents.contains(&b"Subject: x\n\ny".to_vec()),
        "{contents:?}"
    );
}

fn shown(address: Option<&ParsedAddress<'_>>) -> Vec<(String, String)> {
    let list = address.into_iter().flat_map(ParsedAddress::iter);
    list.map(|it| (it.name().unwrap_or_default().to_owned(), it.address().unwrap_or_default().to_owned()))
        .collect()
}

/// R33
#[test]
fn texts_in_any_script_come_back_as_they_were() {
    for text in [
        "plain",
        "Смета на март",
        "Re: Смета",
        "a \"quoted\" (comment) <x@y.example>, and; more: \\ end",
        "=?utf-8?b?0KHQvNC10YLQsA==?=",
        "=?x",
        "👩‍🚀 🎉 naïve 日本語のとても長い件名です。改行されなければなりません。もっともっと長くします。",
        "Очень длинная тема письма, которая не помещается в одну строку заголовка и переносится несколько раз подряд",
        "mixed слово word слово word слово word слово word слово word слово word слово word слово word слово",
        &"x".repeat(250),
        &"ы".repeat(150),
        "trailing dot.",
        "O'Neil & Söhne GmbH",
    ] {
        let name = text.replace(['\\', '/', ':', '*', '?', '"', '<', '>', '|'], "_");
        let message = Message {
            from: Mailbox::new(text, address("olga@acme.example")),
            to: vec![
                Mailbox::new(text, address("anna@x.example")),
                Mailbox::new(text, address("b@x.example")),
            ],
            subject: text.to_owned(),
            attachments: vec![file(&name, "application/pdf", b"%PDF")],
            ..simple()
        };
        let bytes = bytes(&message);
        let mail = MessageParser::new().parse(&bytes).unwrap();
        let cut = header_text::display_name(text);
        assert_eq!(mail.subject().unwrap(), text);
        assert_eq!(shown(mail.from()), [(cut.clone(), "olga@acme.example".to_owned())]);
        let to = [(cut.clone(), "anna@x.example".to_owned()), (cut, "b@x.example".to_owned())];
        assert_eq!(shown(mail.to()), to);
        assert_eq!(
            mail.attachments().next().unwrap().attachment_name().unwrap(),
            header_text::file_name(&name)
        );
        check_lines(&bytes);
    }
}

/// R33
#[test]
fn a_long_thread_is_folded_and_never_encoded() {
    let long = id(&format!("<{}@x.example>", "a".repeat(880)));
    let mut references =
        (0..400).map(|n| id(&format!("<{n}.{}@x.example>", "b".repeat(60)))).collect::<Vec<_>>();
    references.push(long.clone());
    let message = Message { in_reply_to: Some(long), references: references.clone(), ..simple() };
    let bytes = bytes(&message);
    check_lines(&bytes);
    let mail = MessageParser::new().parse(&bytes).unwrap();
    let kept =
        mail.references().as_text_list().unwrap().iter().map(|it| format!("<{it}>")).collect::<Vec<_>>();
    assert_eq!(kept, kept_references(&references).map(ToString::to_string).collect::<Vec<_>>());
    assert!(!String::from_utf8(bytes).unwrap().contains("References: =?"));
}

/// No bare line ends, 7-bit, short lines, and header lines folded where they can be.
#[track_caller]
fn check_lines(bytes: &[u8]) {
    assert!(bytes.is_ascii());
    for line in lines(bytes) {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        assert!(line.len() <= 998, "{} bytes: {line}", line.len());
        // An address is never torn apart, and a name keeps beside it.
        let can_be_folded =
            line.trim_start().split_once(": ").map_or(line.trim_start(), |it| it.1).contains(' ');
        assert!(line.len() <= 78 || line.ends_with(['>', ',']) || !can_be_folded, "{line}");
    }
}

#[test]
fn what_cannot_be_sent_is_refused_with_a_name() {
    let message = Message { to: vec![Mailbox::new("Анна", address("анна@x.example"))], ..simple() };
    assert_eq!(
        message.to_bytes().unwrap_err().to_string(),
        "Анна <анна@x.example> has an address that mail servers do not take: only ASCII stands before the @"
    );
    let message = Message { to: Vec::new(), ..simple() };
    assert_eq!(message.to_bytes(), Err(MessageError::NoRecipient));
    for url in ["http://x.example", "https://x.example/\r\nBcc: x", "https://x.example/a b", "javascript:1"] {
        let automatic = Automatic { cause: AutomaticCause::Replied, unsubscribe_url: Some(url.to_owned()) };
        let message = Message { automatic: Some(automatic), ..simple() };
        assert_eq!(message.to_bytes(), Err(MessageError::UnsubscribeUrl), "{url}");
    }
    for installation in ["", "a b", "a\r\nBcc: x"] {
        let message =
            Message { hop: Some(Hop { installation: installation.to_owned(), count: 1 }), ..simple() };
        assert_eq!(message.to_bytes(), Err(MessageError::Installation), "{installation}");
    }
    let image = InlineImage { content_id: "a>\r\nX: y".to_owned(), file: file("a", "image/png", b"") };
    let message = Message { inline_images: vec![image], ..simple() };
    assert_eq!(message.to_bytes(), Err(MessageError::ContentId("a> X: y".to_owned())));
}

fn header_names(bytes: &[u8]) -> Vec<String> {
    let head = lines(bytes).into_iter().take_while(|it| !it.is_empty());
    head.filter(|it| !it.starts_with([' ', '\t']))
        .map(|it| it.split(':').next().unwrap().to_owned())
        .collect()
}

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[\r\n.:;<>@\"\\\\=?, \t\0ыя-]{0,40}",
        Just("\r\nBcc: evil@x.example\r\n\r\n".to_owned()),
        Just("\n.\n".to_owned()),
        Just("=?utf-8?q?=0D=0ABcc:_x?=".to_owned()),
        Just("\u{202e}\u{feff}".to_owned()),
        Just("\r.\r".to_owned()),
        Just("x".repeat(2000)),
        Just("ы".repeat(1000)),
        Just("я ".repeat(600)),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// S15, S16
    #[test]
    fn no_text_anywhere_adds_a_header_a_line_end_or_a_part(text in nasty()) {
        let plain = bytes(&message_of("x"));
        let bytes = bytes(&message_of(&text));
        prop_assert!(bytes.is_ascii());
        prop_assert_eq!(header_names(&bytes), header_names(&plain));
        for line in lines(&bytes) {
            prop_assert!(!line.contains(['\r', '\n', '\0']) && line.len() <= 998, "{:?}", line);
        }
        let mail = MessageParser::new().parse(&bytes).unwrap();
        prop_assert_eq!(mail.parts.len(), MessageParser::new().parse(&plain).unwrap().parts.len());
        let subject = header_text::subject(&text);
        prop_assert_eq!(mail.subject().unwrap_or_default(), subject);
        let addresses = shown(mail.to()).into_iter().map(|(_, address)| address).collect::<Vec<_>>();
        prop_assert_eq!(addresses, ["olga@acme.example", "anna@client.example"]);
        prop_assert!(mail.attachments().all(|it| it.attachment_name().is_some_and(|it| !it.is_empty())));
    }

    #[test]
    fn a_text_comes_back_with_its_line_ends_unified(text in nasty()) {
        let message = Message { text: TextPart::Given(text.clone()), ..simple() };
        let bytes = bytes(&message);
        let mail = MessageParser::new().parse(&bytes).unwrap();
        let unified = String::from_utf8(crlf(&text)).unwrap();
        let read = mail.body_text(0).unwrap_or_default();
        prop_assert_eq!(read.trim_end(), unified.trim_end());
    }
}
