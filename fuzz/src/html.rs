//! Cleaned HTML: what a browser would read in it is harmless.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};
use liaison_mailer::parse::html::sanitize;

/// Elements that run, load, post or read their content by other rules.
const FORBIDDEN: [&str; 27] = [
    "applet", "audio", "base", "button", "embed", "form", "frame", "frameset", "iframe", "input", "link", "math", "meta",
    "noembed", "noframes", "noscript", "object", "plaintext", "script", "select", "style", "svg", "template", "textarea",
    "title", "video", "xmp",
];

/// Nothing in cleaned HTML runs or loads, and cleaning it once more finds nothing.
pub fn check_clean(html: &str) {
    let tokenizer = Tokenizer::new(Tags::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    for tag in tokenizer.sink.0.borrow().iter() {
        check_tag(tag);
    }
    let again = sanitize(html);
    assert_eq!(again.blocked_remote_images, 0, "an image was left: {html:?}");
}

fn check_tag(tag: &Tag) {
    assert!(!FORBIDDEN.contains(&&*tag.name), "an element is left: {}", tag.name);
    for attribute in &tag.attrs {
        let (name, value) = (&*attribute.name.local, &*attribute.value);
        assert!(!name.starts_with("on") && name != "srcset", "an attribute is left: {name}");
        // As browsers read it: blanks and control characters don't count.
        let scheme = value.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let scheme: String = scheme.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        match name {
            "src" => assert_eq!(scheme, "cid", "{value:?}"),
            "href" | "cite" => {
                assert!(["http", "https", "mailto", "tel"].contains(&scheme.as_str()), "{value:?}");
            }
            "style" => assert!(!value.to_ascii_lowercase().contains("url("), "{value:?}"),
            _ => {}
        }
    }
}

#[derive(Default)]
struct Tags(RefCell<Vec<Tag>>);

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token {
            self.0.borrow_mut().push(tag);
        }
        TokenSinkResult::Continue
    }
}
