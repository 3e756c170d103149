//! The header lines of the mail answered, as Outlook and its like put them above it.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    lines::Line,
    phrases::{DATE_KEYS, FROM_KEYS, OTHER_KEYS, SENT_KEYS, SUBJECT_KEYS, TO_KEYS},
};

/// More wrapped lines under one key, or more lines at all, aren't a header block.
const MAX_WRAPPED: usize = 6;
const MAX_LINES: usize = 40;
const MAX_KEYS: usize = 10;
/// A key is looked for in so many characters.
const MAX_KEY: usize = 30;

/// The index of the last line of the header block that begins at `first`. `announced` says that a line before it
/// already told that earlier mail follows.
pub(super) fn find(lines: &[Line<'_>], first: usize, announced: bool) -> Option<usize> {
    let mut block = Block::default();
    let mut last = None;
    let mut at = first;
    // An address in what may as well be the body counts only once another key follows.
    let (mut wrapped, mut wrapped_address) = (0, false);
    while let Some(line) = lines.get(at).filter(|_| at < first + MAX_LINES) {
        if let Some((key, value)) = key_of(line) {
            if block.refuses(key) {
                break;
            }
            block.has_address |= wrapped_address;
            block.add(key, value);
            last = Some(at);
            (wrapped, wrapped_address) = (0, false);
        } else if last.is_none() || wrapped == MAX_WRAPPED {
            break;
        } else if line.is_blank() {
            let next_is_key = lines.get(at + 1).is_some_and(|line| key_of(line).is_some());
            if !next_is_key {
                break;
            }
        } else {
            wrapped += 1;
            wrapped_address |= line.content.contains('@');
        }
        at += 1;
    }
    last.filter(|_| block.is_header(announced))
}

/// What a block's lines say of its author.
pub(super) fn find_author<'a>(block: &[Line<'a>]) -> Option<&'a str> {
    find_value(block, Key::From)
}

/// What a block's lines say of its subject.
pub(super) fn find_subject<'a>(block: &[Line<'a>]) -> Option<&'a str> {
    find_value(block, Key::Subject)
}

fn find_value<'a>(block: &[Line<'a>], wanted: Key) -> Option<&'a str> {
    block.iter().filter_map(key_of).find(|(key, _)| *key == wanted).map(|(_, value)| value)
}

/// What the lines of a block say.
#[derive(Default)]
struct Block {
    keys: Vec<Key>,
    has_address: bool,
    has_sending_time: bool,
}

impl Block {
    fn has(&self, key: Key) -> bool {
        self.keys.contains(&key)
    }

    fn add(&mut self, key: Key, value: &str) {
        self.keys.push(key);
        self.has_address |= matches!(key, Key::From | Key::To) && value.contains('@');
        self.has_sending_time |=
            matches!(key, Key::Sent | Key::Date) && value.chars().filter(char::is_ascii_digit).count() >= 4;
    }

    /// A second key of a kind begins the header of a still earlier mail.
    fn refuses(&self, key: Key) -> bool {
        if key == Key::Other { self.keys.is_empty() || self.keys.len() == MAX_KEYS } else { self.has(key) }
    }

    /// A sender's own "From: Berlin, To: Munich" has neither an address nor a subject, and its time is a date.
    fn is_header(&self, announced: bool) -> bool {
        let is_timed = self.has(Key::Sent) || self.has(Key::Date);
        let others =
            [is_timed, self.has(Key::To), self.has(Key::Subject)].into_iter().filter(|has| *has).count();
        let is_sure = self.has_address || self.has(Key::Subject) || self.has(Key::Sent);
        (self.has(Key::From) && is_sure && others >= 2)
            || (self.has_address && self.has_sending_time)
            || (announced && self.has(Key::From) && others >= 1)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    From,
    /// Only mails name a time so.
    Sent,
    Date,
    To,
    Subject,
    /// Cc, importance and the like: allowed, proves nothing.
    Other,
}

fn key_of<'a>(line: &Line<'a>) -> Option<(Key, &'a str)> {
    let content = line.content.trim_start_matches(['*', '_', '|', ' ']);
    let colon = content.char_indices().take(MAX_KEY).find(|(_, c)| matches!(c, ':' | '：'))?.0;
    let (name, value) = content.split_at_checked(colon)?;
    let name = name.trim_matches(|c: char| c == '*' || c == '_' || c.is_whitespace());
    if name.is_empty() || !name.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_lowercase()) {
        return None;
    }
    let name = name.to_lowercase();
    let key = *KEY_BY_NAME.get(name.as_str())?;
    Some((key, value.trim_start_matches([':', '：', '*', ' '])))
}

static KEY_BY_NAME: LazyLock<HashMap<&str, Key>> =
    LazyLock::new(|| KEYS.iter().flat_map(|(key, names)| names.iter().map(|name| (*name, *key))).collect());

const KEYS: [(Key, &[&str]); 6] = [
    (Key::From, FROM_KEYS),
    (Key::Sent, SENT_KEYS),
    (Key::Date, DATE_KEYS),
    (Key::To, TO_KEYS),
    (Key::Subject, SUBJECT_KEYS),
    (Key::Other, OTHER_KEYS),
];
