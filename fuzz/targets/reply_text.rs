//! A body, as plain text or as HTML with what its markup knows; the first byte says which.

#![no_main]

use liaison_fuzz::html::check_clean;
use liaison_mailer::parse::{
    body::Body,
    html::{from_text, is_affordable, sanitize, to_text},
    reply_text::split,
    segment::SegmentKind,
};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((mode, data)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(data).replace('\r', "");
    let (name, text) = text.split_once('\n').unwrap_or(("", &text));
    if mode % 2 == 0 {
        check_split(&Body { text: text.to_owned(), from_name: name.to_owned(), ..Body::default() });
        check_written(text);
    } else if is_affordable(text) {
        check_clean(&sanitize(text).html);
        let read = to_text(text);
        for mark in &read.marks {
            assert!(read.text.get(mark.range.clone()).is_some(), "a mark outside the text: {mark:?}");
        }
        check_split(&Body {
            text: read.text,
            text_is_converted: true,
            marks: read.marks,
            from_name: name.to_owned(),
            ..Body::default()
        });
    }
});

/// R27
fn check_split(body: &Body) {
    let segments = split(body);
    let joined: String = segments.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(joined, body.text, "a character is lost");
    assert!(segments.iter().all(|it| !it.text.is_empty()), "a segment is empty");
    assert!(segments.windows(2).all(|it| it[0].kind != it[1].kind), "neighbors of one kind");
    // What is shown is shown again: nobody's own words are taken for a quote the second time only if they look like one.
    let kinds: Vec<SegmentKind> = segments.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, split(body).iter().map(|it| it.kind).collect::<Vec<_>>(), "not the same twice");
}

/// Text written as HTML reads as the same words.
fn check_written(text: &str) {
    let html = from_text(text);
    assert!(!html.replace("<br>", "").contains('<'), "markup in text");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    // What shows as nothing is left out.
    let shown = |text: &str| text.replace(['\0', '\u{ad}', '\u{feff}'], "");
    assert_eq!(words(&shown(&to_text(&html).text)), words(&shown(text)), "words changed");
}
