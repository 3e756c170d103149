//! The lines that say that earlier mail follows.

use super::{
    Label, attribution, banner, header_block,
    lines::{Line, next_text},
};
use crate::parse::{
    html::{Mark, MarkKind},
    segment::SegmentKind,
};

/// An opening found at a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// [`Label::Quote`] or [`Label::Forward`].
    pub(super) label: Label,
    /// Index of its last line.
    pub(super) last: usize,
}

impl Opening {
    /// The opening that begins at the line: by what the HTML said about it, else by what the line says.
    pub(super) fn find(lines: &[Line<'_>], at: usize, marked: Option<&MarkedLines>) -> Option<Self> {
        let line = lines.get(at).filter(|line| !line.is_quoted())?;
        if let Some(marked) = marked {
            return Some(Self::of_mark(lines, marked));
        }
        if line.is_blank() {
            None
        } else if let Some(kind) = banner::find(line) {
            Some(Self { label: Label::of_quote(kind), last: header_after(lines, at).unwrap_or(at) })
        } else if line.is_rule() {
            header_after(lines, at).map(Self::quote)
        } else {
            let header = header_block::find(lines, at, false);
            header.or_else(|| attribution::find(lines, at)).map(Self::quote)
        }
    }

    fn of_mark(lines: &[Line<'_>], marked: &MarkedLines) -> Self {
        let last = match marked.kind {
            MarkKind::Introduction => marked.end.max(marked.first + 1) - 1,
            _ => next_text(lines, marked.first)
                .and_then(|first| header_block::find(lines, first, true))
                .unwrap_or(marked.first),
        };
        let is_forward = lines
            .iter()
            .take(last + 1)
            .skip(marked.first)
            .any(|line| banner::find(line) == Some(SegmentKind::Forward));
        Self { label: if is_forward { Label::Forward } else { Label::Quote }, last }
    }

    fn quote(last: usize) -> Self {
        Self { label: Label::Quote, last }
    }
}

/// The lines that a mark of the HTML covers.
#[derive(Clone, Copy, Debug)]
pub(super) struct MarkedLines {
    pub(super) kind: MarkKind,
    pub(super) first: usize,
    /// The line behind the last one.
    pub(super) end: usize,
}

impl MarkedLines {
    /// A mark's range begins where the text before it ends, so its first line is the next one.
    pub(super) fn of(mark: &Mark, lines: &[Line<'_>]) -> Self {
        let first = if mark.range.start == 0 {
            0
        } else {
            lines.partition_point(|line| line.start <= mark.range.start)
        };
        let end = lines.partition_point(|line| line.start < mark.range.end);
        Self { kind: mark.kind, first, end }
    }
}

/// The header block that follows a banner or a rule.
fn header_after(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let mut next = next_text(lines, at + 1)?;
    if lines
        .get(next)
        .is_some_and(|line| !line.is_quoted() && (line.is_rule() || banner::find(line).is_some()))
    {
        next = next_text(lines, next + 1)?;
    }
    lines.get(next).filter(|line| !line.is_quoted())?;
    header_block::find(lines, next, true)
}
