//! What others see in a mail of ours: parsers that know nothing of each other have to see the same.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use mail_parser::{Address, Message, MessageParser, MimeHeaders as _};
use serde::Deserialize;

use crate::Dovecot;

/// A mail as a parser sees it, decoded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Seen {
    pub subject: String,
    /// Names and addresses.
    pub from: Vec<(String, String)>,
    pub to: Vec<(String, String)>,
    pub reply_to: Vec<(String, String)>,
    /// Without angle brackets.
    pub message_id: String,
    /// The media type of each part that holds something, with its file name or nothing.
    pub parts: Vec<(String, String)>,
    /// The bodies, with LF; none where there is no such part, and from an IMAP server.
    pub text: Option<String>,
    pub html: Option<String>,
}

impl Seen {
    /// The addresses in To.
    pub fn receivers(&self) -> Vec<&str> {
        self.to.iter().map(|(_, address)| address.as_str()).collect()
    }

    /// The media types of the parts.
    pub fn kinds(&self) -> Vec<&str> {
        self.parts.iter().map(|(kind, _)| kind.as_str()).collect()
    }

    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_else(|| panic!("no text: {self:#?}"))
    }

    pub fn html(&self) -> &str {
        self.html.as_deref().unwrap_or_else(|| panic!("no HTML: {self:#?}"))
    }

    /// As an IMAP server shows it: without the bodies.
    pub fn without_bodies(self) -> Self {
        Self { text: None, html: None, ..self }
    }
}

/// The mails in INBOX as the IMAP server sees their headers and parts.
pub fn read_inbox(server: &Dovecot) -> Vec<Seen> {
    let (host, port) = server.imap.rsplit_once(':').unwrap();
    run(&[host, port, &server.user, Dovecot::PASSWORD], b"")
}

/// Reads a mail; fails unless mail-parser and Python's email package see the same in it.
#[track_caller]
pub fn read_mail(raw: &[u8]) -> Seen {
    let mail = MessageParser::new().parse(raw).unwrap();
    let seen = by_mail_parser(&mail);
    assert_eq!(run(&[], raw), std::slice::from_ref(&seen), "Python's parser sees another mail");
    seen
}

fn by_mail_parser(mail: &Message<'_>) -> Seen {
    let leaves = || mail.parts.iter().filter(|it| !it.is_multipart());
    let body = |kind: &str| {
        let part = leaves().find(|it| kind_of(it) == kind && it.content_disposition().is_none())?;
        Some(part.text_contents()?.replace("\r\n", "\n"))
    };
    Seen {
        subject: mail.subject().unwrap().to_owned(),
        from: people(mail.from()),
        to: people(mail.to()),
        reply_to: people(mail.reply_to()),
        message_id: mail.message_id().unwrap().to_owned(),
        parts: leaves()
            .map(|it| (kind_of(it), it.attachment_name().unwrap_or_default().to_owned()))
            .collect(),
        text: body("text/plain"),
        html: body("text/html"),
    }
}

fn kind_of(part: &mail_parser::MessagePart<'_>) -> String {
    let kind = part.content_type().unwrap();
    format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())
}

fn people(addresses: Option<&Address<'_>>) -> Vec<(String, String)> {
    let people = addresses.into_iter().flat_map(Address::iter);
    people
        .map(|it| {
            let text = |it: Option<&str>| it.unwrap_or_default().to_owned();
            (text(it.name()), text(it.address()))
        })
        .collect()
}

/// Runs `readers.py`.
fn run(arguments: &[&str], input: &[u8]) -> Vec<Seen> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("support/src/readers.py");
    let mut child = Command::new("python3")
        .arg(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "readers.py failed");
    let lines = String::from_utf8(done.stdout).unwrap();
    lines.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}
