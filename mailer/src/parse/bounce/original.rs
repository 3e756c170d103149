//! Where the returned mail starts in a report that has it as text.

/// Lines that announce it, in lower case without punctuation at either end.
const MARKS: [&str; 27] = [
    "original message follows",
    "original message headers",
    "original message header",
    "original message attached",
    "original message",
    "the original message",
    "your original message",
    "the header of the original message",
    "header of the original message",
    "headers of the original message",
    "original mail header",
    "below is a copy of the original message",
    "below this line is a copy of the message",
    "this is a copy of the message",
    "included is a copy of the message header",
    "a copy of the original message",
    "copy of your message",
    "message header follows",
    "message headers follow",
    "message text follows",
    "unsent message",
    "undelivered message",
    "returned message",
    "begin returned message",
    "undeliverable message follows",
    "the text of your message",
    "исходное сообщение",
];

/// Fields that only a mail's own header has.
const TRACES: [&str; 5] = ["received", "message-id", "return-path", "mime-version", "dkim-signature"];

/// The offset of the first line of the returned mail or of its announcement; the text's length where there is none.
pub(super) fn start(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let rest = text.get(at..).unwrap_or_default();
        // A report may quote the mail it is about.
        if is_mark(line) || is_header(rest) {
            return at;
        }
        at += line.len();
    }
    text.len()
}

fn is_mark(line: &str) -> bool {
    let line = line.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation()).to_lowercase();
    line.len() < 80
        && MARKS.iter().any(|mark| line.starts_with(mark))
        && !line.contains(" was ")
        && !line.contains("subject")
}

/// A block of at least three fields, one of them a trace of transport, or a sender and a recipient.
fn is_header(text: &str) -> bool {
    let mut names = Vec::new();
    for (at, line) in text.lines().take(40).enumerate() {
        let line = line.trim_start_matches(['>', '|']).strip_prefix(' ').unwrap_or(line);
        if line.starts_with([' ', '\t']) && at > 0 {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { break };
        let is_name = !name.is_empty()
            && name.len() < 60
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_name {
            break;
        }
        names.push(name.to_ascii_lowercase());
    }
    let has = |name: &str| names.iter().any(|it| it == name);
    let is_report = ["final-recipient", "reporting-mta", "original-recipient", "diagnostic-code"]
        .iter()
        .any(|it| has(it));
    !is_report && names.len() >= 3 && (TRACES.iter().any(|it| has(it)) || (has("from") && has("to")))
}
