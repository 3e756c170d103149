//! A mail that its sender passes on: whose it was, and what he says about it (R22).

use super::{
    Line, banner, header_block,
    lines::{lines, next_text},
};
use crate::parse::{
    mail::{Mailbox, ParsedMail},
    segment::{Segment, SegmentKind},
};

/// The mail inside of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// Who wrote it, as its header lines say.
    pub from: Mailbox,
    /// Empty where the header lines have none.
    pub subject: String,
    /// What it says, without its header lines.
    pub text: String,
    /// What was written above it.
    pub remark: String,
}

/// How mail programs mark the subject of a mail that is passed on.
const SUBJECT_MARKS: &[&str] = &[
    "fwd:",
    "fw:",
    "wg:",
    "tr:",
    "rv:",
    "enc:",
    "vs:",
    "fs:",
    "doorst:",
    "пересл:",
    "转发:",
    "转发：",
    "i: ",
];

/// The mail that this one passes on, where its header lines name an author with an address.
///
/// Programs that put no banner above it write it like a quote; there the subject tells.
pub fn find_forwarded(mail: &ParsedMail) -> Option<Forwarded> {
    let subject = mail.subject.trim_start().to_lowercase();
    let is_announced = SUBJECT_MARKS.iter().any(|mark| subject.starts_with(mark));
    let begins = |it: &Segment| match it.kind {
        SegmentKind::Forward => true,
        SegmentKind::Quote => is_announced,
        SegmentKind::New | SegmentKind::Signature => false,
    };
    let first = mail.segments.iter().position(begins)?;
    let (above, inside) = mail.segments.split_at_checked(first)?;
    let inside: String = inside.iter().map(|it| it.text.as_str()).collect();
    let lines = lines(&inside);
    let top = find_header(&lines)?;
    let last = header_block::find(&lines, top, true)?;
    let header = lines.get(top..=last)?;
    let own_words = above.iter().filter(|it| it.kind == SegmentKind::New).map(|it| it.text.as_str());
    Some(Forwarded {
        from: read_mailbox(header_block::find_author(header)?)?,
        subject: header_block::find_subject(header).unwrap_or_default().to_owned(),
        text: unquoted(lines.get(last + 1..)?),
        remark: own_words.collect::<String>().trim().to_owned(),
    })
}

/// The first line below the banner.
fn find_header(lines: &[Line<'_>]) -> Option<usize> {
    let mut at = next_text(lines, 0)?;
    while lines
        .get(at)
        .is_some_and(|line| line.content.is_empty() || line.is_rule() || banner::find(line).is_some())
    {
        at += 1;
    }
    Some(at)
}

/// The lines as they stood before they were passed on.
fn unquoted(lines: &[Line<'_>]) -> String {
    let depth = lines.iter().filter(|it| !it.content.is_empty()).map(|it| it.depth).min().unwrap_or_default();
    let text: String = lines.iter().map(|line| without_quotes(line.raw, depth)).collect();
    text.trim().to_owned()
}

fn without_quotes(raw: &str, depth: usize) -> &str {
    (0..depth).fold(raw, |rest, _| {
        let inner = rest.trim_start_matches([' ', '\t']).strip_prefix('>');
        inner.map_or(rest, |it| it.strip_prefix(' ').unwrap_or(it))
    })
}

/// `Name <address>`, `Name [mailto:address]`, or an address alone.
fn read_mailbox(value: &str) -> Option<Mailbox> {
    let is_frame = |c: char| c.is_whitespace() || "<>[]()\"'*;,".contains(c);
    let word =
        value.split(|c: char| c.is_whitespace() || "<>[]()*;,".contains(c)).find(|it| it.contains('@'))?;
    let address = word.trim_matches(is_frame);
    let address = address.strip_prefix("mailto:").unwrap_or(address);
    let (before, _) = value.split_once(word)?;
    let name = before.trim_end_matches("mailto:").trim_matches(is_frame);
    let name = Some(name.to_owned()).filter(|it| !it.is_empty());
    Some(Mailbox { name, address: address.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Limits, parse};

    fn read(subject: &str, body: &str) -> Option<Forwarded> {
        let mail = format!("From: Anna <anna@acme.example>\r\nSubject: {subject}\r\n\r\n{body}");
        find_forwarded(&parse(&mail.replace('\n', "\r\n").into(), &Limits::default()))
    }

    #[track_caller]
    fn check(subject: &str, body: &str) {
        let found = read(subject, body).unwrap_or_else(|| panic!("no mail inside of {body}"));
        assert_eq!(found.from.address, "ivan@client.example");
        assert_eq!(found.from.name.as_deref(), Some("Ivan Client"));
        assert_eq!((found.subject.as_str(), found.text.as_str()), ("Gate", "The gate is broken.\n\nIvan"));
        assert_eq!(found.remark, "Please see to it.");
    }

    /// R22
    #[test]
    fn a_mail_passed_on_is_known_by_its_banner_or_its_subject() {
        check(
            "Fwd: Gate",
            "Please see to it.\n\n---------- Forwarded message ---------\n\
             From: Ivan Client <ivan@client.example>\nDate: Mon, 5 Jan 2026 at 10:00\nSubject: Gate\n\
             To: Anna <anna@acme.example>\n\n\nThe gate is broken.\n\nIvan\n",
        );
        check(
            "Fwd: Gate",
            "Please see to it.\n\nBegin forwarded message:\n\n> From: Ivan Client <ivan@client.example>\n\
             > Subject: Gate\n> Date: 5 January 2026 at 10:00:00\n> To: anna@acme.example\n>\n\
             > The gate is broken.\n>\n> Ivan\n",
        );
        check(
            "FW: Gate",
            "Please see to it.\n\nFrom: Ivan Client [mailto:ivan@client.example]\n\
             Sent: Monday, January 5, 2026 10:00 AM\nTo: Anna\nSubject: Gate\n\nThe gate is broken.\n\nIvan\n",
        );
        check(
            "Fwd: Gate",
            "Please see to it.\n\n-------- Пересылаемое сообщение --------\n\
             От: Ivan Client <ivan@client.example>\nДата: 05.01.2026, 10:00\nТема: Gate\nКому: anna@acme.example\n\n\
             The gate is broken.\n\nIvan\n",
        );
    }

    #[test]
    fn an_answer_and_a_mail_without_an_author_are_not_passed_on() {
        let quoted = "Yes.\n\nFrom: Ivan Client <ivan@client.example>\nSent: Monday, January 5, 2026 10:00 AM\n\
                      To: Anna\nSubject: Gate\n\nThe gate is broken.\n";
        assert_eq!(read("RE: Gate", quoted), None);
        assert_eq!(read("Fwd: Gate", "Nothing below.\n"), None);
        let nameless =
            "See.\n\n---------- Forwarded message ---------\nSubject: Gate\n\nThe gate is broken.\n";
        assert_eq!(read("Fwd: Gate", nameless), None);
    }
}
