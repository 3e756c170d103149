//! The page of limits says what the code does.

use std::{fs, time::Duration};

use liaison_api::{lmtp, service::notification::live, table};
use liaison_domain::text::MAX_BODY_BYTES;
use liaison_mailer::parse;

/// Product §9
#[test]
fn the_page_of_limits_has_the_limits_of_the_code() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/limits.md")).unwrap();
    let (lmtp, parse) = (lmtp::Limits::default(), parse::Limits::default());
    let table = table::Limits::default();
    for (what, limit) in [
        ("a mail", bytes(parse.raw_bytes)),
        ("recipients of one mail", count(lmtp.max_recipients)),
        ("LMTP sessions", count(lmtp.max_sessions)),
        ("silence between commands", minutes(lmtp.command_timeout)),
        ("silence within a message", minutes(lmtp.data_timeout)),
        ("MIME parts", count(parse.parts)),
        ("multiparts inside one another", count(parse.depth)),
        ("fields of one header block", count(parse.headers)),
        ("one header block", bytes(parse.header_bytes)),
        ("all header blocks together", bytes(parse.all_header_bytes)),
        ("addresses", count(parse.addresses)),
        ("text and HTML", bytes(parse.text_bytes)),
        ("recipients of a delivery report", count(parse.reported_recipients)),
        ("a comment's text", bytes(MAX_BODY_BYTES)),
        ("a table's file", bytes(table.file_bytes)),
        ("rows that are not blank", count(table.rows)),
        ("columns", count(table.columns)),
        ("cells", count(table.cells)),
        ("text of all cells", bytes(table.text_bytes)),
        ("parts of an XLSX file", count(table.parts)),
        ("an XLSX file unpacked", bytes(usize::try_from(table.inflated_bytes).unwrap())),
        ("streams of an employee", count(live::LIMITS.of_person)),
        ("streams of a node", count(live::LIMITS.in_all)),
    ] {
        assert!(page.contains(&format!("\n| {what} | {limit} |")), "the limit of {what} is {limit}");
    }
    assert_eq!(lmtp.max_message_bytes, parse.raw_bytes, "what is taken is read");
}

fn bytes(bytes: usize) -> String {
    let kib = bytes / 1024;
    if kib.is_multiple_of(1024) { format!("{} MiB", kib / 1024) } else { format!("{kib} KiB") }
}

fn count(n: usize) -> String {
    if n < 1_000 { n.to_string() } else { format!("{},{:03}", count(n / 1_000), n % 1_000) }
}

fn minutes(time: Duration) -> String {
    format!("{} min", time.as_secs() / 60)
}
