//! Images nobody means to send: logos of signatures, tracking pixels, pictures of quoted mail (R29).

use super::{
    body::Body,
    html::{EmbeddedImage, HtmlText},
    mail::Attachment,
    reply_text,
    segment::{Segment, SegmentKind},
};

/// Images below this size, in bytes, are decoration.
const DECORATION: usize = 4 * 1024;

/// Marks what is noise among the files of a mail whose HTML was `converted`.
pub(super) fn mark(attachments: &mut [Attachment], body: &Body, converted: &HtmlText) {
    let segments = segments_of_html(body, converted);
    for file in attachments.iter_mut().filter(|it| it.content_type.starts_with("image/")) {
        let shown = |image: &&EmbeddedImage| Some(image.content_id.as_str()) == file.content_id.as_deref();
        let places: Vec<SegmentKind> =
            converted.images.iter().filter(shown).map(|image| kind_at(&segments, image.offset)).collect();
        let is_carried_along = !places.is_empty() && !places.contains(&SegmentKind::New);
        let is_decoration = (file.inline || !places.is_empty()) && file.bytes.len() < DECORATION;
        file.inline_noise = is_carried_along || is_decoration;
    }
}

/// The places are known in the text of the HTML, which isn't the mail's where it has a text part.
fn segments_of_html(body: &Body, converted: &HtmlText) -> Vec<Segment> {
    if converted.images.is_empty() {
        return Vec::new();
    }
    reply_text::split(&Body {
        text: converted.text.clone(),
        text_is_converted: true,
        marks: converted.marks.clone(),
        ..body.clone()
    })
}

/// The kind of the segment that the text before `offset` ends in.
fn kind_at(segments: &[Segment], offset: usize) -> SegmentKind {
    let mut end = 0;
    let segment = segments.iter().find(|segment| {
        end += segment.text.len();
        end >= offset
    });
    segment.map_or(SegmentKind::New, |it| it.kind)
}
