//! One line that says that earlier mail follows: "-----Original Message-----", "Begin forwarded message:", the marker.

use super::{
    lines::Line,
    phrases::{FORWARD_BANNERS, FORWARD_LINES, MARKER_PHRASES, MARKER_REQUESTS, ORIGINAL_BANNERS},
};
use crate::parse::segment::SegmentKind;

/// Longer lines announce nothing.
const MAX_BYTES: usize = 200;

/// What the line announces: [`SegmentKind::Quote`] or [`SegmentKind::Forward`].
pub(super) fn find(line: &Line<'_>) -> Option<SegmentKind> {
    let content = line.content;
    if content.len() > MAX_BYTES {
        return None;
    }
    let words = content.trim_matches(|c: char| is_frame(c) || c.is_whitespace());
    let is_framed = content.starts_with("--")
        || content.starts_with("__")
        || content.starts_with("==")
        || content.starts_with("**");
    let is_announced = content.ends_with([':', '：']);
    if words.is_empty() || !(is_framed || is_announced) {
        return None;
    }
    let words = words.trim_end_matches([':', '：', ' ', '\u{a0}']).to_lowercase();
    if is_framed
        && ORIGINAL_BANNERS
            .iter()
            .any(|banner| words == *banner || words.starts_with(&format!("{banner} from")))
    {
        Some(SegmentKind::Quote)
    } else if (is_framed && FORWARD_BANNERS.iter().any(|banner| words.starts_with(banner)))
        || (is_announced && FORWARD_LINES.contains(&words.as_str()))
    {
        Some(SegmentKind::Forward)
    } else {
        None
    }
}

/// `true` when our own reply marker begins in this line, alone or wrapped into the next.
pub(super) fn is_marker(line: &Line<'_>, next: Option<&Line<'_>>) -> bool {
    let says_it = |text: &str| {
        let lower = text.to_lowercase();
        MARKER_PHRASES.iter().any(|phrase| lower.contains(phrase))
            && MARKER_REQUESTS.iter().any(|request| lower.contains(request))
    };
    let is_short = |line: &Line<'_>| line.content.len() <= MAX_BYTES;
    if !is_short(line) || line.content.is_empty() {
        return false;
    }
    if says_it(line.content) {
        return true;
    }
    next.is_some_and(|next| {
        is_short(next) && !says_it(next.content) && says_it(&format!("{} {}", line.content, next.content))
    })
}

fn is_frame(c: char) -> bool {
    matches!(c, '-' | '_' | '=' | '*' | '—' | '–' | '─' | '>' | '<' | '|')
}
