//! Splits a body into what its sender wrote now and what he carried along.
//!
//! The text is read line by line, top down. Something *opens* earlier mail: lines with `>` before them, an
//! introduction ([`attribution`]), header lines ([`header_block`]), a banner or our own reply marker ([`banner`]), or a
//! mark of the HTML. If `>` lines follow, the quote ends where they end; otherwise it reaches to the end of the text.
//! Then each run of own lines loses its [`signature`]. When the sender wrote in several places, he answered
//! between quotes: those stay with his words, for without them his answers can't be understood.
//!
//! Nothing is ever dropped: the segments joined are the text. Whoever shows an empty visible part shows all.

use super::{
    body::Body,
    html::MarkKind,
    segment::{Segment, SegmentKind},
};

mod attribution;
mod banner;
mod forward;
mod header_block;
mod lines;
mod opening;
#[rustfmt::skip]
mod phrases;
mod signature;

pub use forward::{Forwarded, find_forwarded};

use lines::{Line, lines, next_text};
use opening::{MarkedLines, Opening};

#[cfg(test)]
mod tests;

/// Splits the body's text. The segments' texts joined are exactly [`Body::text`]; an empty text has no segment. Takes
/// time linear in the text.
pub fn split(body: &Body) -> Vec<Segment> {
    let lines = lines(&body.text);
    let marked: Vec<MarkedLines> = body.marks.iter().map(|mark| MarkedLines::of(mark, &lines)).collect();
    let mut labels = label_quotes(&lines, &marked);
    label_signatures(&lines, &mut labels, &marked, &body.from_name);
    keep_answered_quotes(&lines, &mut labels);
    join(&lines, &labels)
}

/// `true` when the text ends with a line that introduces a quote ("On … wrote:").
pub(super) fn ends_with_introduction(text: &str) -> bool {
    attribution::ends_text(&lines(text))
}

/// What a line is, before it is known whether the sender answered between quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    New,
    Signature,
    Quote,
    Forward,
    /// Our own history below the reply marker: never shown again.
    History,
}

impl Label {
    fn of_quote(kind: SegmentKind) -> Self {
        if kind == SegmentKind::Forward { Self::Forward } else { Self::Quote }
    }

    fn kind(self) -> SegmentKind {
        match self {
            Self::New => SegmentKind::New,
            Self::Signature => SegmentKind::Signature,
            Self::Quote | Self::History => SegmentKind::Quote,
            Self::Forward => SegmentKind::Forward,
        }
    }
}

fn label_quotes(lines: &[Line<'_>], marked: &[MarkedLines]) -> Vec<Label> {
    let mut marked = marked.iter().filter(|marked| marked.kind != MarkKind::Signature).peekable();
    let mut labels = Vec::with_capacity(lines.len());
    let mut quote = Label::Quote;
    let mut is_history = false;
    while let Some(line) = lines.get(labels.len()) {
        let at = labels.len();
        if banner::is_marker(line, lines.get(at + 1)) {
            is_history = true;
            if !line.is_quoted() {
                labels.resize(lines.len(), Label::History);
                break;
            }
        }
        while marked.next_if(|marked| marked.first < at).is_some() {}
        if let Some(opening) = Opening::find(lines, at, marked.next_if(|marked| marked.first == at)) {
            quote = opening.label;
            labels.resize(opening.last + 1, quote);
            let next = next_text(lines, opening.last + 1).and_then(|next| lines.get(next));
            if !next.is_some_and(Line::is_quoted) {
                labels.resize(lines.len(), quote);
            }
        } else if line.is_quoted() || is_torn_off(lines, at) {
            let previous = labels.last().copied();
            if matches!(previous, None | Some(Label::New)) {
                quote = banner::find(line).map_or(Label::Quote, Label::of_quote);
            }
            labels.push(if is_history { Label::History } else { quote });
        } else if line.is_blank() {
            labels.push(labels.last().copied().unwrap_or(Label::New));
        } else {
            labels.push(Label::New);
        }
    }
    labels
}

/// `true` for the end of a quoted line that a mail system wrapped without repeating the `>`, and for a link of it.
fn is_torn_off(lines: &[Line<'_>], at: usize) -> bool {
    let (Some(line), Some(next)) = (lines.get(at), lines.get(at + 1)) else { return false };
    let Some(previous) = at.checked_sub(1).and_then(|before| lines.get(before)) else { return false };
    if line.is_blank() || !previous.is_quoted() || !next.is_quoted() || next.content.is_empty() {
        return false;
    }
    let is_wrapped = previous.raw.chars().count() > 65 && !previous.content.ends_with(['.', '!', '?', ':']);
    let is_rest = line.content.starts_with(char::is_lowercase) && line.content.chars().count() < 50;
    let is_link =
        line.content.starts_with(['(', '<']) && line.content.contains("http") && is_one_word(line.content);
    (is_wrapped && is_rest) || is_link
}

fn is_one_word(text: &str) -> bool {
    text.trim_end_matches(['>', ' ']).split_whitespace().nth(1).is_none()
}

fn label_signatures(lines: &[Line<'_>], labels: &mut [Label], marked: &[MarkedLines], name: &str) {
    for marked in marked.iter().filter(|marked| marked.kind == MarkKind::Signature) {
        let inside = labels.get_mut(marked.first..marked.end).unwrap_or_default();
        inside.iter_mut().filter(|label| **label == Label::New).for_each(|label| *label = Label::Signature);
    }
    let mut start = 0;
    while start < lines.len() {
        let is_new = |at: &usize| labels.get(*at) == Some(&Label::New);
        let len = (start..lines.len()).take_while(is_new).count();
        if let Some(run) = lines.get(start..start + len) {
            let signature = start + signature::find(run, name);
            if let Some(tail) = labels.get_mut(signature..start + len) {
                tail.fill(Label::Signature);
            }
        }
        start += len.max(1);
    }
}

/// Makes quotes visible that the sender answered one by one.
fn keep_answered_quotes(lines: &[Line<'_>], labels: &mut [Label]) {
    let is_own = |(line, label): (&Line<'_>, &Label)| *label == Label::New && !line.content.is_empty();
    let own: Vec<bool> = lines.iter().zip(&*labels).map(is_own).collect();
    let Some(last) = own.iter().rposition(|is_own| *is_own) else { return };
    let mut runs = 0;
    let mut is_inside = false;
    for (is_own, label) in own.iter().zip(&*labels) {
        runs += usize::from(*is_own && !is_inside);
        is_inside = *label == Label::New && (is_inside || *is_own);
    }
    if runs < 2 {
        return;
    }
    for label in labels.iter_mut().take(last) {
        if matches!(label, Label::Quote | Label::Forward) {
            *label = Label::New;
        }
    }
}

fn join(lines: &[Line<'_>], labels: &[Label]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for (line, label) in lines.iter().zip(labels) {
        match segments.last_mut() {
            Some(segment) if segment.kind == label.kind() => segment.text.push_str(line.raw),
            _ => segments.push(Segment { kind: label.kind(), text: line.raw.to_owned() }),
        }
    }
    segments
}
