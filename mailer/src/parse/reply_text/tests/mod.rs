//! What is cut from a reply and what never is: mail programs by language, own words, and the laws of the split.

use super::*;

mod clients;
mod html;
mod laws;
mod own_words;
mod signatures;

fn body(text: &str) -> Body {
    Body { text: text.to_owned(), from_name: "Anna Petrova".to_owned(), ..Body::default() }
}

fn visible(body: &Body) -> String {
    let segments = split(body);
    let new = segments.iter().filter(|it| it.kind == SegmentKind::New).map(|it| it.text.as_str());
    new.collect::<String>().trim().to_owned()
}

/// Checks that of the text exactly `expected` is shown.
#[track_caller]
fn shows(text: &str, expected: &str) {
    assert_eq!(visible(&body(text)), expected, "in the text:\n{text}");
}

/// Checks that the whole text is shown.
#[track_caller]
fn shows_all(text: &str) {
    shows(text, text.trim());
}

fn kinds(text: &str) -> Vec<SegmentKind> {
    split(&body(text)).iter().map(|it| it.kind).collect()
}
