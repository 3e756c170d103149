//! The line that introduces a quote: "On … wrote:", in whatever language, wrapped over up to four lines.
//!
//! Two things make one: it begins with a date (after at most four words), and it ends with a verb of writing and a
//! colon or with an address and a colon. The second shape needs no language at all.

use super::{
    lines::{Line, next_text},
    phrases::{ATTRIBUTION_OPENERS, ATTRIBUTION_VERBS, contains_phrase},
};

/// More lines or bytes than these aren't an introduction.
const MAX_LINES: usize = 4;
const MAX_BYTES: usize = 400;
/// A line this long may have been wrapped by a program; a shorter one was ended on purpose.
const WRAPPED: usize = 45;

/// The index of the last line of the introduction that begins at `first`. One that is sure enough needs no `>` before
/// the lines that follow.
pub(super) fn find(lines: &[Line<'_>], first: usize) -> Option<usize> {
    let mut joined = String::new();
    let mut last = first;
    for _ in 0..MAX_LINES {
        let line = lines
            .get(last)
            .filter(|line| !line.is_quoted() && joined.len() + line.content.len() <= MAX_BYTES)?;
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line.content);
        if let Some(certainty) = judge(&joined) {
            let next = next_text(lines, last + 1).and_then(|at| lines.get(at));
            let is_followed_by_quote = next.is_some_and(Line::is_quoted);
            if certainty == Certainty::Certain || is_followed_by_quote {
                return Some(last);
            }
        }
        let next = next_text(lines, last + 1).filter(|&next| next <= last + 2)?;
        let continuation = lines.get(next)?.content;
        let is_gap = next > last + 1;
        let is_open = line.content.ends_with(['<', '(', ',']);
        let goes_on = continuation.starts_with(['<', '>', '('])
            || (!is_gap
                && (is_open || line.content.chars().count() >= WRAPPED || is_verb_phrase(continuation)));
        if !goes_on || !may_begin(&joined) {
            return None;
        }
        last = next;
    }
    None
}

/// `true` when the text ends with an introduction.
pub(super) fn ends_text(lines: &[Line<'_>]) -> bool {
    let Some(last) = lines.iter().rposition(|line| !line.content.is_empty()) else { return false };
    let text: Vec<Line<'_>> = lines.iter().take(last + 1).map(|line| Line { depth: 0, ..*line }).collect();
    (last.saturating_sub(MAX_LINES)..=last).any(|first| find(&text, first) == Some(last))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Certain,
    /// Only before quoted lines.
    Possible,
}

fn judge(text: &str) -> Option<Certainty> {
    let is_framed = text.starts_with("--") && text.ends_with("--");
    let text = text.trim_matches(|c: char| c == '-' || c.is_whitespace());
    let has_colon = text.ends_with([':', '：']);
    let text = text.trim_end_matches(|c: char| matches!(c, ':' | '：') || c.is_whitespace());
    let ends_with_address = text.ends_with(['>', ')', ']']) && text.contains('@');
    let is_dated = begins_with_date(text);
    if !(has_colon || is_framed || is_dated) {
        return None;
    }
    let lower = text.to_lowercase();
    let verb_ends_it = ATTRIBUTION_VERBS.iter().any(|verb| lower.ends_with(verb));
    if !has_colon && !is_framed && !verb_ends_it {
        // "2011/4/7 Nathan <n@example.com>" before quoted lines.
        return (ends_with_address && has_date(text)).then_some(Certainty::Possible);
    }
    let has_verb = contains_phrase(&lower, ATTRIBUTION_VERBS);
    let has_address = text.contains('@') && text.contains(['<', '(', '[']);
    if is_framed && has_verb {
        return Some(Certainty::Certain);
    }
    if is_dated {
        let is_exact = has_address || ((has_colon || is_framed) && has_time(text));
        return match (has_verb, has_date(text) || has_address) {
            (true, true) if is_exact => Some(Certainty::Certain),
            (true, _) => Some(Certainty::Possible),
            (false, _) if ends_with_address && has_date(text) => Some(Certainty::Certain),
            (false, _) if ends_with_bare_address(text) && has_year(text) && has_time(text) => {
                Some(Certainty::Certain)
            }
            (false, _) => None,
        };
    }
    if !has_verb {
        return None;
    }
    // The name stands first: "Hans <h@example.com> schrieb am 15.01.2024:", "John <j@example.com> 于2024年1月15日写道：".
    if has_address && has_date(text) {
        return Some(Certainty::Certain);
    }
    let is_short = text.split_whitespace().count() <= 6
        && !ATTRIBUTION_OPENERS.iter().any(|word| lower.starts_with(word));
    (has_address || has_date(text) || (is_short && verb_ends_it)).then_some(Certainty::Possible)
}

/// Cheap look at the beginning: nothing that can't begin an introduction is joined with its next lines.
fn may_begin(text: &str) -> bool {
    begins_with_date(text) || text.contains(['@', '<']) || text.starts_with("--")
}

/// `true` for "On Tue, Apr 3" and "15.01.2024": a number after at most four short words.
fn begins_with_date(text: &str) -> bool {
    for (at, word) in text.split_whitespace().enumerate() {
        if word
            .trim_start_matches(|c: char| !c.is_alphanumeric() || is_particle(c))
            .starts_with(|c: char| c.is_numeric())
        {
            return true;
        }
        if at >= 4 || word.chars().count() > 14 {
            return false;
        }
    }
    false
}

/// Hebrew, Chinese and Japanese write the preposition without a space before the number.
fn is_particle(c: char) -> bool {
    matches!(c, 'ב' | '在' | '于' | '於' | '周')
}

fn is_verb_phrase(text: &str) -> bool {
    text.split_whitespace().count() <= 3 && contains_phrase(&text.to_lowercase(), ATTRIBUTION_VERBS)
}

fn ends_with_bare_address(text: &str) -> bool {
    text.split_whitespace().next_back().is_some_and(|word| word.contains('@'))
}

fn has_date(text: &str) -> bool {
    has_year(text)
        || has_time(text)
        || numbers(text).any(|number| number.separators.iter().filter(|c| **c != ':').count() == 2)
}

fn has_year(text: &str) -> bool {
    numbers(text).any(|number| number.parts.iter().any(|part| (1980..2100).contains(part)))
}

fn has_time(text: &str) -> bool {
    numbers(text).any(|number| match (number.parts.as_slice(), number.separators.first()) {
        ([hour, minute, ..], Some(':')) | ([hour, minute], Some('.' | 'h' | 'H')) => {
            *hour < 25 && *minute < 60
        }
        _ => false,
    })
}

/// A group of numbers written together: `2012-10-16`, `14:30:05`, `30.09.2017`.
struct Numbers {
    parts: Vec<u32>,
    separators: Vec<char>,
}

fn numbers(text: &str) -> impl Iterator<Item = Numbers> + '_ {
    text.split(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | '/' | '-' | 'h' | 'H')).filter_map(
        |word| {
            let word = word.trim_matches(|c: char| !c.is_ascii_digit());
            if word.is_empty() {
                return None;
            }
            let parts =
                word.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
            Some(Numbers { parts, separators: word.chars().filter(|c| !c.is_ascii_digit()).collect() })
        },
    )
}
