//! Converts HTML to text in one pass over its tokens: no tree is built, so no nesting can be too deep.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
        states::RawKind,
    },
};

use crate::parse::body::HtmlElement;

/// HTML as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Converted {
    /// Lines ended by LF; a `blockquote` is written as lines that start with `> `, once per level.
    pub text: String,
    /// See [`HtmlElement`].
    pub elements: Vec<HtmlElement>,
    /// Images that the mail brings itself, in document order.
    pub images: Vec<EmbeddedImage>,
}

/// An image shown from a file of the mail (`cid:`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedImage {
    pub content_id: String,
    /// The end of the text before it, in bytes.
    pub offset: usize,
}

/// Converts `html`. Scripts, styles and the head are left out; links are written as their text.
pub fn to_text(html: &str) -> Converted {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

#[derive(Default)]
struct Sink(RefCell<Writer>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut writer = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => writer.write(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                writer.start(&tag);
                return match &*tag.name {
                    "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                        TokenSinkResult::RawData(RawKind::Rawtext)
                    }
                    "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => TokenSinkResult::Continue,
                };
            }
            Token::TagToken(tag) => writer.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Elements nested deeper than this are read as if they weren't there.
const MAX_OPEN: usize = 200;
/// Deeper quotes are written at this level.
const MAX_QUOTE_LEVEL: usize = 20;

#[derive(Default)]
struct Writer {
    text: String,
    /// Line ends that are due before the next text.
    pending_lines: usize,
    pending_space: bool,
    open: Vec<OpenElement>,
    /// Started elements whose first text hasn't come: their range starts there.
    awaiting_text: Vec<usize>,
    elements: Vec<HtmlElement>,
    images: Vec<EmbeddedImage>,
    quote_level: usize,
    hidden: usize,
    preformatted: usize,
    list_items: Vec<Option<usize>>,
}

struct OpenElement {
    name: String,
    listed: Option<usize>,
}

impl Writer {
    fn start(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        if is_void(name) {
            return self.start_void(name, tag);
        }
        self.close_implied(name);
        if self.open.len() >= MAX_OPEN {
            return;
        }
        match name {
            "blockquote" => {
                self.break_lines(if is_cite(tag) { 1 } else { 2 });
                self.quote_level += 1;
            }
            "pre" => {
                self.break_lines(2);
                self.preformatted += 1;
            }
            "ul" => self.list_items.push(None),
            "ol" => self.list_items.push(Some(1)),
            _ if is_hidden(name) => self.hidden += 1,
            _ => {}
        }
        self.break_lines(lines_around(name));
        match name {
            "li" => self.start_list_item(),
            "td" | "th" => self.pending_space |= !self.text.ends_with('\n'),
            _ => {}
        }
        let listed = self.list(name, tag);
        self.open.push(OpenElement { name: name.to_owned(), listed });
    }

    fn start_void(&mut self, name: &str, tag: &Tag) {
        match name {
            "br" => self.break_hard(),
            "img" => self.start_image(tag),
            "hr" => {
                self.break_lines(1);
                if let Some(listed) = self.list(name, tag) {
                    self.set_range_end(listed);
                }
            }
            _ => {}
        }
    }

    fn start_image(&mut self, tag: &Tag) {
        let source = attribute(tag, "src");
        if let Some((scheme, content_id)) = source.split_once(':')
            && scheme.trim().eq_ignore_ascii_case("cid")
            && self.images.len() < HtmlElement::MAX
        {
            self.images.push(EmbeddedImage { content_id: content_id.trim().to_owned(), offset: self.text.len() });
        }
    }

    fn start_list_item(&mut self) {
        let mark = match self.list_items.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number += 1;
                mark
            }
            _ => "* ".to_owned(),
        };
        let indent = "  ".repeat(self.list_items.len().saturating_sub(1).min(10));
        self.write_raw(&indent);
        self.write_raw(&mark);
    }

    /// A paragraph or list item ends where the next one starts.
    fn close_implied(&mut self, name: &str) {
        let closes = |open: &str| match name {
            "li" => open == "li",
            "td" | "th" => matches!(open, "td" | "th"),
            "tr" => matches!(open, "td" | "th" | "tr"),
            "dt" | "dd" => matches!(open, "dt" | "dd"),
            _ => open == "p" && lines_around(name) > 0,
        };
        while self.open.last().is_some_and(|open| closes(&open.name)) {
            self.close_last();
        }
    }

    fn end(&mut self, name: &str) {
        if name == "br" {
            return self.break_hard();
        }
        if let Some(at) = self.open.iter().rposition(|open| open.name == name) {
            while self.open.len() > at {
                self.close_last();
            }
        } else if name == "p" {
            self.break_lines(2);
        }
    }

    fn close_last(&mut self) {
        let Some(OpenElement { name, listed }) = self.open.pop() else { return };
        match name.as_str() {
            "blockquote" => {
                self.break_lines(1);
                self.quote_level = self.quote_level.saturating_sub(1);
            }
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "ul" | "ol" => drop(self.list_items.pop()),
            name if is_hidden(name) => self.hidden = self.hidden.saturating_sub(1),
            _ => {}
        }
        self.break_lines(lines_around(&name));
        if let Some(listed) = listed {
            self.set_range_end(listed);
        }
    }

    fn list(&mut self, name: &str, tag: &Tag) -> Option<usize> {
        let (id, class, style) = (attribute(tag, "id"), attribute(tag, "class"), attribute(tag, "style"));
        let tells =
            matches!(name, "blockquote" | "hr") || !(id.is_empty() && class.is_empty() && style.is_empty());
        if !tells || self.elements.len() >= HtmlElement::MAX {
            return None;
        }
        let listed = self.elements.len();
        let at = self.text.len();
        self.elements.push(HtmlElement { tag: name.to_owned(), id, class, style, range: at..at });
        self.awaiting_text.push(listed);
        Some(listed)
    }

    /// An element without text has an empty range where it stands.
    fn set_range_end(&mut self, listed: usize) {
        let end = self.text.len();
        let waited = self.awaiting_text.iter().rposition(|it| *it == listed);
        if let Some(element) = self.elements.get_mut(listed) {
            element.range = if waited.is_some() { end..end } else { element.range.start..end };
        }
        if let Some(at) = waited {
            self.awaiting_text.remove(at);
        }
    }

    fn write(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        if self.preformatted > 0 {
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 {
                    self.break_hard();
                }
                self.write_raw(line.trim_end_matches('\r'));
            }
            return;
        }
        for piece in text.split_inclusive(is_collapsible) {
            let word = piece.trim_end_matches(is_collapsible);
            if !word.is_empty() {
                self.write_raw(word);
            }
            self.pending_space |= word.len() < piece.len();
        }
    }

    /// Writes `text` after the line ends and the blank that are due.
    fn write_raw(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let at_start = self.text.is_empty();
        let starts_line = at_start || self.pending_lines > 0;
        if !at_start {
            for line in 0..self.pending_lines {
                self.text.push('\n');
                // An empty line between quoted lines stays quoted.
                if line + 1 < self.pending_lines && self.quote_level > 0 && self.is_last_line_quoted() {
                    self.text.push_str(&">".repeat(self.quote_level.min(MAX_QUOTE_LEVEL)));
                }
            }
        }
        let start = self.text.len();
        for listed in self.awaiting_text.drain(..) {
            if let Some(element) = self.elements.get_mut(listed) {
                element.range = start..start;
            }
        }
        if starts_line && self.quote_level > 0 {
            self.text.push_str(&"> ".repeat(self.quote_level.min(MAX_QUOTE_LEVEL)));
        } else if self.pending_space && !starts_line && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
        self.pending_lines = 0;
        self.pending_space = false;
        self.text.push_str(text);
    }

    fn is_last_line_quoted(&self) -> bool {
        self.text.trim_end_matches('\n').rsplit('\n').next().is_some_and(|line| line.starts_with('>'))
    }

    /// At least `lines` line ends before the next text.
    fn break_lines(&mut self, lines: usize) {
        if lines > 0 {
            self.pending_lines = self.pending_lines.max(lines);
            self.pending_space = false;
        }
    }

    /// One more line end, as `br` asks for.
    fn break_hard(&mut self) {
        self.pending_lines = (self.pending_lines + 1).min(3);
        self.pending_space = false;
    }

    fn finish(mut self) -> Converted {
        while !self.open.is_empty() {
            self.close_last();
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        Converted { text: self.text, elements: self.elements, images: self.images }
    }
}

fn attribute(tag: &Tag, name: &str) -> String {
    tag.attrs.iter().find(|it| &*it.name.local == name).map(|it| it.value.to_string()).unwrap_or_default()
}

/// White space that HTML folds; a no-break space is kept.
fn is_collapsible(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

fn is_cite(tag: &Tag) -> bool {
    attribute(tag, "type").eq_ignore_ascii_case("cite")
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "meta"
            | "link"
            | "input"
            | "col"
            | "base"
            | "wbr"
            | "area"
            | "embed"
            | "param"
            | "source"
            | "track"
    )
}

fn is_hidden(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "head"
            | "title"
            | "template"
            | "noscript"
            | "svg"
            | "math"
            | "object"
            | "select"
            | "iframe"
            | "noembed"
            | "textarea"
    )
}

/// Line ends around an element.
fn lines_around(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "table" | "pre" => 2,
        "div" | "li" | "tr" | "blockquote" | "section" | "article" | "header" | "footer" | "center"
        | "dt" | "dd" | "address" | "form" | "fieldset" | "figure" | "nav" | "main" | "aside" | "caption"
        | "hr" | "body" => 1,
        _ => 0,
    }
}
