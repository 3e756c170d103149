//! Where a signature begins in what a sender wrote.

use super::{
    lines::Line,
    phrases::{CLOSINGS, DEVICES, FOOTERS, SENT_FROM, contains_phrase},
};

/// A signature has at most so many lines with text, by how plainly it begins.
const AFTER_DELIMITER: usize = 40;
const AFTER_BARE_DASHES: usize = 10;
const AFTER_RULE: usize = 8;
const AFTER_CLOSING: usize = 12;
const AFTER_NAME: usize = 8;
/// A longer line is a sentence, a longer name is none.
const MAX_SHORT: usize = 90;
const MAX_NAME: usize = 40;
/// Spares the many short lines a look into the tables.
const MIN_SENT_FROM: usize = 9;

/// The index of the line where the signature of this run of lines begins; its length where there is none. `name` is
/// the sender's display name, empty when he has none.
///
/// Looks again above what it found: a closing stands above a delimiter, a name above a list's footer.
pub(super) fn find(run: &[Line<'_>], name: &str) -> usize {
    let mut start = run.iter().position(|line| is_sent_from(line.content)).unwrap_or(run.len());
    while let Some(found) = run.get(..start).and_then(|own| find_above(own, name)) {
        start = found;
    }
    start
}

/// Reads upwards from the end, as far as a signature may reach.
fn find_above(own: &[Line<'_>], name: &str) -> Option<usize> {
    let mut below = Below::default();
    for (at, line) in own.iter().enumerate().rev() {
        if line.content.is_empty() {
            continue;
        }
        let above = own.get(..at).unwrap_or_default();
        if begins(line, above, &below, name) {
            return Some(at);
        }
        below.add(line.content);
        if below.lines > AFTER_DELIMITER {
            break;
        }
    }
    None
}

fn begins(line: &Line<'_>, above: &[Line<'_>], below: &Below, name: &str) -> bool {
    let content = line.content;
    let follows_blank = above.last().is_none_or(|line| line.content.is_empty());
    match content {
        // RFC 3676 §4.3.
        "--" if line.raw.trim_end_matches(['\r', '\n']) == "-- " => true,
        "--" => below.lines <= AFTER_BARE_DASHES,
        "---" => (1..=3).contains(&below.lines) && below.longest <= MAX_NAME && !below.has_sentence,
        _ if content.starts_with("__") && line.content.chars().all(|c| c == '_') => {
            below.has_contact && below.lines <= AFTER_RULE
        }
        _ if is_closing(content) => {
            below.lines <= AFTER_CLOSING && below.longest <= MAX_SHORT && !below.addresses_reader
        }
        _ if is_footer(content) => follows_blank,
        _ if !name.is_empty() && content == name => {
            follows_blank
                && below.lines <= AFTER_NAME
                && below.longest <= MAX_SHORT
                && !below.addresses_reader
        }
        _ => {
            below.lines == 0
                && is_dashed_name(content)
                && !above
                    .iter()
                    .rev()
                    .find(|line| !line.content.is_empty())
                    .is_some_and(|line| line.content.starts_with('-'))
        }
    }
}

/// What stands below a line.
#[derive(Default)]
struct Below {
    lines: usize,
    longest: usize,
    has_contact: bool,
    has_sentence: bool,
    /// A question or a postscript: the sender still speaks.
    addresses_reader: bool,
}

impl Below {
    fn add(&mut self, content: &str) {
        let head: String = content.chars().take(5).collect::<String>().to_lowercase();
        self.lines += 1;
        self.longest = self.longest.max(content.chars().count());
        self.has_contact |= has_contact(content);
        self.has_sentence |= content.ends_with(['.', '!', '?', ':']);
        self.addresses_reader |= content.ends_with('?')
            || ["ps", "p.s", "p. s", "pps", "p.p.s", "зы", "з.ы", "n.b", "nb:"]
                .iter()
                .any(|ps| head.starts_with(ps));
    }
}

fn has_contact(content: &str) -> bool {
    content.contains(['@'])
        || content.contains("http")
        || content.contains("www.")
        || content.to_lowercase().contains("mailing list")
}

/// "Best regards," and "С уважением, Иван Петров".
fn is_closing(content: &str) -> bool {
    if content.len() > 2 * MAX_SHORT {
        return false;
    }
    let words = content.trim_end_matches(|c: char| !c.is_alphanumeric());
    let lower = words.to_lowercase();
    CLOSINGS.iter().filter_map(|closing| lower.strip_prefix(closing)).any(|rest| {
        let name = rest.trim_start_matches([',', '.', '!', ' ']);
        rest.is_empty() || (name.len() < rest.len() && ends_with_name(words, name.split_whitespace().count()))
    })
}

/// `true` when the last words, at most four, look like a name.
fn ends_with_name(text: &str, count: usize) -> bool {
    count <= 4 && text.split_whitespace().rev().take(count).all(|word| word.starts_with(char::is_uppercase))
}

fn is_footer(content: &str) -> bool {
    let head: String = content.trim_start_matches(|c: char| !c.is_alphanumeric()).chars().take(60).collect();
    let head = head.to_lowercase();
    FOOTERS.iter().any(|footer| head.starts_with(footer))
}

/// "-John" or "-John Smith" as the last line.
fn is_dashed_name(content: &str) -> bool {
    let Some(name) = content.strip_prefix('-').filter(|name| name.chars().count() <= MAX_NAME) else {
        return false;
    };
    name.split_whitespace().count() <= 3
        && name.starts_with(char::is_uppercase)
        && name.split_whitespace().all(|word| word.starts_with(char::is_uppercase))
        && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '\'' | '’' | '-'))
}

/// "Sent from my iPhone" and its like in a line of its own. "Sent from my desk, which is easier" is a sentence.
fn is_sent_from(content: &str) -> bool {
    if !(MIN_SENT_FROM..=2 * MAX_SHORT).contains(&content.len()) {
        return false;
    }
    let words = content.trim_start_matches(|c: char| !c.is_alphanumeric());
    let lower = words.to_lowercase();
    let rests = SENT_FROM.iter().filter_map(|opening| lower.strip_prefix(opening));
    let Some(rest) = rests.min_by_key(|rest| rest.len()) else { return false };
    let has_link = ["<http", "(http", "[http"].iter().any(|link| rest.contains(link));
    let clause = lower.split([',', '.', ';', '<', '(']).next().unwrap_or_default();
    let is_mine =
        rest.trim_start().starts_with("my ") && !rest.contains(',') && rest.split_whitespace().count() <= 6;
    has_link || is_mine || (clause.split_whitespace().count() <= 12 && names_device(clause))
}

/// `true` when a device or a mail program is named; some names are inflected ("iPhone'a", "iPhonesta").
fn names_device(lower: &str) -> bool {
    contains_phrase(lower, DEVICES)
        || lower
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| ["iphone", "ipad", "galaxy", "samsung"].iter().any(|device| word.starts_with(device)))
}
