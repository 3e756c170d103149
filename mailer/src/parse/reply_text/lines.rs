//! The lines of a text: where they lie, how deep they are quoted, what they say.

/// One line of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Byte offset in the text.
    pub(super) start: usize,
    /// The whole line with its line end.
    pub(super) raw: &'a str,
    /// How many `>` stand before it.
    pub(super) depth: usize,
    /// What it says: without quote prefix, line end and white space around.
    pub(super) content: &'a str,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.depth == 0 && self.content.is_empty()
    }

    pub(super) fn is_quoted(&self) -> bool {
        self.depth > 0
    }

    /// `true` for a line drawn with at least three of `-`, `_`, `=`, `*`.
    pub(super) fn is_rule(&self) -> bool {
        self.content.len() >= 3
            && self.content.chars().all(|c| matches!(c, '-' | '_' | '=' | '*' | '—' | '─' | '━'))
    }
}

/// Beyond so many lines the rest of the text is one: nobody wrote them, and each takes room.
const MAX_LINES: usize = 100_000;

/// All lines of the text; their `raw` parts joined are the text.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut address_is_open = false;
    let mut lines = Vec::new();
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let end = rest.find('\n').filter(|_| lines.len() < MAX_LINES);
        let (raw, _) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        let (depth, content) =
            if address_is_open && raw.starts_with('>') { (0, raw) } else { strip_prefix(raw) };
        let content = content.trim_matches(is_blank_char);
        lines.push(Line { start, raw, depth, content });
        address_is_open = depth == 0 && leaves_address_open(content);
        start += raw.len();
    }
    lines
}

/// The index of the first line from `from` on that isn't blank.
pub(super) fn next_text(lines: &[Line<'_>], from: usize) -> Option<usize> {
    (from..lines.len()).find(|&at| lines.get(at).is_some_and(|line| !line.is_blank()))
}

fn strip_prefix(raw: &str) -> (usize, &str) {
    let mut rest = raw;
    let mut depth = 0;
    while let Some(after) = rest.trim_start_matches([' ', '\t']).strip_prefix('>') {
        depth += 1;
        rest = after;
    }
    (depth, rest)
}

/// White space, and what programs leave that shows as nothing.
fn is_blank_char(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// `true` for a line that was wrapped inside `<address>`: the `>` that the next line may start with closes it.
fn leaves_address_open(content: &str) -> bool {
    content.rsplit_once('<').is_some_and(|(_, after)| {
        !after.contains('>')
            && !after.contains(char::is_whitespace)
            && (after.is_empty() || after.contains(['@', '/']))
    })
}
