//! One line that says that earlier mail follows: "-----Original Message-----", "Begin forwarded message:", the marker.

use super::{
    lines::Line,
    phrases::{
        FORWARD_BANNERS, FORWARD_LINES, MARKER_HINTS, MARKER_PHRASES, MARKER_REQUESTS, ORIGINAL_BANNERS,
    },
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
    let is_short = |line: &Line<'_>| line.content.len() <= MAX_BYTES;
    if line.content.is_empty() || !is_short(line) {
        return false;
    }
    let next = next.filter(|next| is_short(next)).map(|next| next.content);
    asks(line.content)
        || next.is_some_and(|next| {
            (hints(line.content) || hints(next)) && !asks(next) && asks(&format!("{} {next}", line.content))
        })
}

fn asks(text: &str) -> bool {
    let lower = if hints(text) { text.to_lowercase() } else { return false };
    MARKER_PHRASES.iter().any(|phrase| lower.contains(phrase))
        && MARKER_REQUESTS.iter().any(|request| lower.contains(request))
}

/// A cheap look before the case is folded.
fn hints(text: &str) -> bool {
    MARKER_HINTS.iter().any(|hint| text.contains(hint))
}

fn is_frame(c: char) -> bool {
    matches!(c, '-' | '_' | '=' | '*' | '—' | '–' | '─' | '>' | '<' | '|')
}
