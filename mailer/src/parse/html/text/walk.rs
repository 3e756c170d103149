//! The walk: tokens in, text and marks out.
//!
//! A tree isn't needed: an end tag closes the nearest open element of its name, which is what matters for mail.

use std::{cell::RefCell, collections::HashMap};

use html5ever::{
    LocalName,
    tendril::StrTendril,
    tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};

use super::{
    EmbeddedImage, HtmlText, Mark, MarkKind,
    element::{ends_by_itself, is_block, is_paragraph, is_tracked, is_unseen, raw_kind},
    markup::Markup,
    writer::Writer,
};
use crate::parse::reply_text;

pub(super) fn walk(html: &str) -> HtmlText {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    // The sink never asks for a script to be run, so the tokenizer never stops before the end.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

#[derive(Default)]
struct Sink(RefCell<Walk>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut walk = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                walk.open(&tag);
                return raw_kind(&tag.name).map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
            }
            Token::TagToken(tag) => walk.close(&tag.name),
            Token::CharacterTokens(text) => walk.characters(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct Walk {
    writer: Writer,
    marks: Vec<Mark>,
    images: Vec<EmbeddedImage>,
    open: Vec<Open>,
    /// How many of each name are open, so that a stray end tag costs nothing.
    count: HashMap<LocalName, usize>,
    context: Context,
    /// A quote was introduced or seen: every later `blockquote` is one, too.
    introduced: bool,
    /// How often an introduction was looked for before a `blockquote`.
    looks: usize,
    /// The address of the open link and where its text begins.
    link: Option<(String, usize)>,
}

/// What holds for all that an element contains.
#[derive(Clone, Copy, Default)]
struct Context {
    /// Levels of quoting.
    quotes: usize,
    holds_quotes: bool,
    is_hidden: bool,
    is_preformatted: bool,
}

/// An open element and what ends with it.
struct Open {
    name: LocalName,
    /// What holds again behind it.
    outer: Context,
    mark: Option<usize>,
    is_paragraph: bool,
    /// How many items of a numbered list came.
    items: Option<usize>,
}

/// Deeper nesting is read as if it were flat.
const MAX_OPEN: usize = 10_000;
/// How far back a line that introduces a quote is looked for.
const INTRODUCTION_BYTES: usize = 600;
/// Who sets so many quotations by hand has quoted no mail.
const MAX_LOOKS: usize = 500;

impl Walk {
    fn finish(mut self) -> HtmlText {
        while !self.open.is_empty() {
            self.close_last();
        }
        self.marks.retain(|mark| mark.kind == MarkKind::Quote || !mark.range.is_empty());
        HtmlText { text: self.writer.finish(), marks: self.marks, images: self.images }
    }

    fn characters(&mut self, text: &str) {
        match self.context {
            Context { is_hidden: true, .. } => {}
            Context { is_preformatted: true, .. } => self.writer.preformatted(text),
            _ => self.writer.flow(text),
        }
    }

    fn open(&mut self, tag: &Tag) {
        match &*tag.name {
            "br" | "hr" | "img" | "a" if self.context.is_hidden => {}
            "br" => self.writer.break_line(),
            "hr" => self.writer.start_paragraph(),
            "img" => self.image(tag),
            "a" => self.open_link(tag),
            name if is_tracked(name) && self.open.len() < MAX_OPEN => self.start(tag),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag) {
        let (name, markup) = (&*tag.name, Markup::of(tag));
        while self.open.last().is_some_and(|open| ends_by_itself(&open.name, name)) {
            self.close_last();
        }
        let is_paragraph = is_paragraph(name) && !markup.is_tight_paragraph();
        if is_paragraph {
            self.writer.start_paragraph();
        } else if is_block(name) {
            self.writer.start_block();
        }
        let mark = markup.mark().filter(|_| self.context.quotes == 0 && self.marks.len() < Mark::MAX);
        let mark = mark.map(|kind| self.begin_mark(kind));
        let outer = self.context;
        self.context = Context {
            quotes: outer.quotes + usize::from(name == "blockquote" && self.is_mail_quote(&markup)),
            holds_quotes: outer.holds_quotes || (name != "blockquote" && markup.holds_mail_quotes()),
            is_hidden: outer.is_hidden || is_unseen(name) || markup.is_hidden(),
            is_preformatted: outer.is_preformatted || name == "pre",
        };
        self.writer.set_depth(self.context.quotes);
        self.open.push(Open {
            name: tag.name.clone(),
            outer,
            mark,
            is_paragraph,
            items: (name == "ol").then_some(0),
        });
        *self.count.entry(tag.name.clone()).or_default() += 1;
        match name {
            "li" => self.start_item(),
            "td" | "th" => self.writer.space('\t'),
            _ => {}
        }
    }

    fn begin_mark(&mut self, kind: MarkKind) -> usize {
        let at = self.writer.len();
        self.introduced |= kind != MarkKind::Signature;
        self.marks.push(Mark { kind, range: at..at });
        self.marks.len() - 1
    }

    fn start_item(&mut self) {
        let list = self.open.iter_mut().rev().take(4).find(|open| matches!(&*open.name, "ul" | "ol"));
        let bullet = list.and_then(|list| list.items.as_mut()).map_or("- ".to_owned(), |items| {
            *items += 1;
            format!("{items}. ")
        });
        self.characters(&bullet);
    }

    fn is_mail_quote(&mut self, markup: &Markup) -> bool {
        self.introduced = self.introduced
            || self.context.quotes > 0
            || self.context.holds_quotes
            || markup.is_mail_quote()
            || self.follows_introduction();
        self.introduced
    }

    fn follows_introduction(&mut self) -> bool {
        self.looks += 1;
        self.looks <= MAX_LOOKS && reply_text::ends_with_introduction(self.writer.tail(INTRODUCTION_BYTES))
    }

    fn close(&mut self, name: &LocalName) {
        match &**name {
            "a" => self.close_link(),
            "p" if !self.is_open(name) => self.writer.start_paragraph(),
            // A stray `</span>` must not close the blocks that stand in it.
            "span" if self.open.last().is_none_or(|open| open.name != *name) => {}
            _ if self.is_open(name) => self.close_nearest(name),
            _ => {}
        }
    }

    fn is_open(&self, name: &LocalName) -> bool {
        self.count.get(name).is_some_and(|&count| count > 0)
    }

    fn close_nearest(&mut self, name: &LocalName) {
        while self.open.last().is_some_and(|open| open.name != *name) {
            self.close_last();
        }
        self.close_last();
    }

    fn close_last(&mut self) {
        if let Some(open) = self.open.pop() {
            self.end(&open);
        }
    }

    fn end(&mut self, open: &Open) {
        if let Some(count) = self.count.get_mut(&open.name) {
            *count = count.saturating_sub(1);
        }
        if let Some(mark) = open.mark.and_then(|at| self.marks.get_mut(at)) {
            mark.range.end = self.writer.len();
        }
        if open.is_paragraph {
            self.writer.start_paragraph();
        } else if is_block(&open.name) {
            self.writer.start_block();
        }
        self.context = open.outer;
        self.writer.set_depth(self.context.quotes);
    }

    fn open_link(&mut self, tag: &Tag) {
        self.close_link();
        let href = attribute(tag, "href").map(str::trim).filter(|href| is_web_address(href));
        self.link = href.map(|href| (href.to_owned(), self.writer.len()));
    }

    /// Writes the address unless the link's text already says it or there is no text (a linked image).
    fn close_link(&mut self) {
        let Some((href, start)) = self.link.take() else { return };
        let shown = self.writer.tail(self.writer.len().saturating_sub(start)).trim().trim_start_matches("> ");
        let bare = |address: &str| {
            let address = address.trim_start_matches("https://").trim_start_matches("http://");
            address.trim_start_matches("www.").trim_end_matches('/').to_lowercase()
        };
        if !shown.is_empty() && bare(shown) != bare(&href) {
            self.writer.flow(&format!(" <{href}>"));
        }
    }

    /// A picture is text only where it stands for a character, as emoji do.
    fn image(&mut self, tag: &Tag) {
        let content_id = attribute(tag, "src").and_then(|source| source.trim().strip_prefix("cid:"));
        if let Some(content_id) = content_id.filter(|_| self.images.len() < EmbeddedImage::MAX) {
            self.images.push(EmbeddedImage { content_id: content_id.to_owned(), offset: self.writer.len() });
        }
        let stands_for_a_character = |alt: &&str| alt.chars().all(|c| !c.is_ascii() && !c.is_alphabetic());
        if let Some(alt) = attribute(tag, "alt").filter(stands_for_a_character) {
            self.writer.flow(alt);
        }
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

fn is_web_address(href: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| href.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme)))
}
