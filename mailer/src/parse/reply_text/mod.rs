//! Splits a body into what its sender wrote now and what he carried along.

use super::{
    body::Body,
    segment::{Segment, SegmentKind},
};

/// Splits the body's text. The segments' texts joined are exactly [`Body::text`]; an empty text has no segment.
pub fn split(body: &Body) -> Vec<Segment> {
    if body.text.is_empty() {
        return Vec::new();
    }
    vec![Segment { kind: SegmentKind::New, text: body.text.clone() }]
}

/// `true` when the text ends with a line that introduces a quote ("On … wrote:").
pub(super) fn ends_with_introduction(_text: &str) -> bool {
    false
}
