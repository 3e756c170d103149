//! Mails that ask for more than their share: each is small enough to be taken, and takes a careless reader down.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use data_encoding::BASE64;
use serde_json::Value;

use crate::{
    Engine, JsonExt as _,
    process::{Office, Sender, Site},
};

/// One of them.
pub struct Hostile {
    pub name: &'static str,
    pub raw: Vec<u8>,
    /// What it is read as: `message`, `bounce`, `unparsable` …
    pub kind: &'static str,
    /// The limit that it breaks, in words; empty where it is read.
    pub reason: &'static str,
}

const HEADER: &str = "From: ivan@client.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n";
const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
/// As large as a mail may be.
const LARGE: usize = 25 * 1024 * 1024;
/// As large as a header may be.
const HEADER_BYTES: usize = 60 * 1024;

/// All of them, by S12 and by what parsers are known to be slow at.
pub fn mails() -> Vec<Hostile> {
    [over_limits(), large(), headers(), html(), reports()].into_iter().flatten().collect()
}

/// Beyond what is read at all.
pub fn over_limits() -> Vec<Hostile> {
    let parts = format!("{HEADER}{MIXED}{}--b--\r\n", "--b\r\n\r\nx\r\n".repeat(100_000));
    let levels = (0..10_000)
        .map(|level| format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"));
    let depth = format!("{HEADER}{}", levels.collect::<String>());
    let header = format!("{HEADER}X: {}\r\n\r\nx", "y".repeat(1024 * 1024));
    let fields = format!("{HEADER}{}\r\nx", "X: y\r\n".repeat(100_000));
    let dashes = format!("--b\r\nA: b\r\n{}\r\nx\r\n", "--x\r\n".repeat(12_000));
    let dashes = format!("{HEADER}{MIXED}{}", repeated(&dashes, LARGE));
    let words =
        format!("--b\r\nContent-Type: a/b; name=\"{}\"\r\n\r\nx\r\n", repeated("=?a?q?x ", HEADER_BYTES));
    let words = format!("{HEADER}{MIXED}{}", repeated(&words, LARGE));
    [
        ("100,000 parts", parts, "the mail has more than 500 parts"),
        ("10,000 levels", depth, "the mail nests its parts more than 20 deep"),
        ("1 MB of header", header, "a header block of the mail is larger than 65536 bytes"),
        ("100,000 fields", fields, "a header block of the mail has more than 2000 fields"),
        ("parts of dashes", dashes, "the header blocks of the mail together are larger than 524288 bytes"),
        ("parts of half words", words, "the header blocks of the mail together are larger than 524288 bytes"),
    ]
    .into_iter()
    .map(|(name, raw, reason)| Hostile { name, raw: raw.into_bytes(), kind: "unparsable", reason })
    .collect()
}

/// As large as can be.
pub fn large() -> Vec<Hostile> {
    let line = format!("{}\r\n", "QUJD".repeat(19));
    let file = |body: &str| {
        format!(
            "{HEADER}Content-Type: application/octet-stream; name=a.bin\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}",
            repeated(body, LARGE - 300)
        )
    };
    let tnef = || {
        let mut stream = vec![0x78, 0x9f, 0x3e, 0x22, 1, 0];
        let title = [&[2, 0x10, 0x80, 1, 0, 2, 0, 0, 0][..], &[0xe9, 0, 0, 0]].concat();
        while stream.len() < LARGE / 2 {
            stream.extend_from_slice(&title);
        }
        let type_and_encoding = "Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n";
        format!("{HEADER}{type_and_encoding}\r\n{}", BASE64.encode(&stream))
    };
    let text = |body: String| format!("{HEADER}\r\n{body}");
    let lines = || {
        let encoded = BASE64.encode("\n".repeat(2_000_000).as_bytes());
        format!("{HEADER}Content-Transfer-Encoding: base64\r\n\r\n{encoded}")
    };
    vec![
        read("25 MB of base64", file(&line)),
        read("base64 of padding", file("A=")),
        read("a TNEF of titles", tnef()),
        read("NULs", text(repeated("\0\0\0\0\0\0\0\r\n", LARGE - 300))),
        read("one line", text(repeated("x", LARGE - 300))),
        read("quotes in quotes", text(repeated(">", LARGE - 300))),
        read("2,000,000 lines", lines()),
        read("a line an introduction", text(repeated("On 1.1.2024 9:15 <\r\n", LARGE - 300))),
        read(
            "500 texts",
            format!(
                "{HEADER}{MIXED}{}",
                repeated(&format!("--b\r\n\r\n{}\r\n", "words ".repeat(8_000)), 24_000_000)
            ),
        ),
    ]
}

/// A full header of what takes long to take apart.
pub fn headers() -> Vec<Hostile> {
    let field = |name: &str, unit: &str| format!("{name}: {}\r\n{HEADER}\r\nx", repeated(unit, HEADER_BYTES));
    let numbered = |unit: &dyn Fn(usize) -> String| {
        let mut value = String::new();
        let mut number = 0;
        while value.len() <= HEADER_BYTES - 100 {
            value.push_str(&unit(number));
            number += 1;
        }
        value
    };
    let continuations = numbered(&|n| format!(";\r\n filename*{n}*=%41"));
    let ids = numbered(&|n| format!("\r\n <{n}@client.example>"));
    let addresses = numbered(&|n| format!(",\r\n a{n}@b.example"));
    let mut eight_bit = b"Subject: ".to_vec();
    while eight_bit.len() < HEADER_BYTES {
        eight_bit.extend_from_slice(b"\xe9\xe8 =?a?q?b?= ");
    }
    eight_bit.extend_from_slice(format!("\r\n{HEADER}\r\nx").as_bytes());
    vec![
        read("comments in comments", field("From", "(")),
        read("comments without end", field("To", "(a) ")),
        read("groups in groups", field("To", "a:")),
        read("quotes without end", field("To", "\"\\")),
        read("words without end", field("Subject", "=?a?q?x ")),
        read("many words", field("Subject", "=?utf-8?q?x?= ")),
        read("words in many alphabets", field("Subject", "=?koi8-r?b?z9c=?= =?cp866?q?=a4?= ")),
        Hostile { name: "words between unlabeled bytes", raw: eight_bit, kind: "message", reason: "" },
        read("continuations", format!("{HEADER}Content-Disposition: attachment{continuations}\r\n\r\nx")),
        read("references", format!("{HEADER}References:{ids}\r\n\r\nx")),
        read("addresses", format!("{HEADER}Cc: a@b.example{addresses}\r\n\r\nx")),
    ]
}

/// Trees that explode.
pub fn html() -> Vec<Hostile> {
    let fonts: String = (0..400).fold(String::new(), |mut all, number| {
        let _written = write!(all, "<font size={number}>");
        all
    });
    let attributes: String = (0..100_000).fold(String::new(), |mut all, number| {
        let _written = write!(all, "\x0ca{number}");
        all
    });
    let mail = |name, html: String| {
        read(name, format!("{HEADER}Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"))
    };
    vec![
        mail("100,000 elements in one another", "<div>".repeat(100_000)),
        mail("elements that seem closed", "<div><table></div></table>".repeat(40_000)),
        mail("formatting without end", format!("<p>{fonts}{}", "<p>x".repeat(100_000))),
        mail("100,000 attributes", format!("<a{attributes}>x</a>")),
        mail("attributes behind a quote", format!("<a x='>'{attributes}>x</a>")),
        mail("quotes that say nothing", "<blockquote></blockquote>x ".repeat(60_000)),
        mail("links", "<a href=https://a.example/>x".repeat(60_000)),
        mail("tables", "<table><tr><td>x".repeat(60_000)),
        mail("styles", format!("<p style=\"{}\">x</p>", "a:((((;".repeat(100_000))),
        mail("tags without end", "<a".repeat(500_000)),
        mail("text to be escaped", "&amp;".repeat(400_000)),
        mail("a value to be escaped", format!("<p title='{}'>x", "&".repeat(1_000_000))),
        mail("text that leaves its table", format!("<table>{}", "&&&&&&&&&&<tr>".repeat(100_000))),
        read(
            "500 documents",
            format!(
                "{HEADER}{MIXED}{}",
                repeated(
                    &format!("--b\r\nContent-Type: text/html\r\n\r\n{}\r\n", "<div>".repeat(400)),
                    1_000_000
                )
            ),
        ),
    ]
}

/// Reports about everybody.
pub fn reports() -> Vec<Hostile> {
    let report = |name, header: &str, text: &str| {
        let from = "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail Returned to Sender\r\n";
        let raw = format!("{from}{header}\r\n{text}").into_bytes();
        Hostile { name, raw, kind: "bounce", reason: "" }
    };
    let all = (0..500).map(|number| format!("a{number}@b.example")).collect::<Vec<_>>().join(" ");
    let said = format!("{all}:\r\n{}", repeated("550 5.1.1 no such user\r\n", 2_000_000));
    let to = (0..3_000).map(|number| format!("c{number}@b.example,\r\n ")).collect::<Vec<_>>().concat();
    let many = (0..100_000).map(|number| format!("c{number}@b.example:\r\n")).collect::<Vec<_>>().concat();
    vec![
        report("a saying about 500 recipients", "", &said),
        report("recipients like senders", &format!("To: {to}x@b.example\r\n"), &many),
        report("marks of a returned mail", "", &repeated("a: b\r\nc: d\r\n>", 1_500_000)),
    ]
}

/// A mail that is read in spite of what it holds.
fn read(name: &'static str, raw: String) -> Hostile {
    Hostile { name, raw: raw.into_bytes(), kind: "message", reason: "" }
}

/// What a mail cost the server that took it in by LMTP.
pub struct Passed {
    pub name: &'static str,
    /// From the first command to the end of the work on it.
    pub time: Duration,
    /// The most memory that was in use until then, in bytes above what the server needs at rest.
    pub memory: u64,
    /// Its entry in the ledger.
    pub entry: Value,
}

/// Hands the mails to a server, one after the other, each when the one before is settled.
pub fn pass(mails: Vec<Hostile>) -> Vec<Passed> {
    let site = Site::new(Engine::Sqlite);
    let server = site.start();
    let office = Office::open(&site);
    let rest = server.memory("VmRSS");
    let mut session = Sender::connect(&site.lmtp).unwrap();
    let mut passed = Vec::new();
    for Hostile { name, raw, .. } in mails {
        let started = Instant::now();
        let reply = session.deliver("ivan@client.test", &office.reply_to, raw).unwrap();
        assert!(reply.starts_with("250"), "{name}: {reply}");
        office.settle();
        let (time, memory) = (started.elapsed(), server.memory("VmHWM").saturating_sub(rest));
        let entry = office.ask("GET", "/v1/mail/incoming?limit=1", None, "").unwrap().1.items()[0].clone();
        assert_ne!(entry["state"].text(), "failed", "{name}: {entry}");
        passed.push(Passed { name, time, memory, entry });
    }
    assert!(server.terminate().success());
    passed
}

/// As much of `unit` as fits.
fn repeated(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len())
}
