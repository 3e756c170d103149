//! How dear HTML is to read. A browser's tree rules cost time and memory by the square for some input: elements never
//! closed, formatting that every paragraph repeats, tags with thousands of attributes.
//!
//! No look at the tags alone can tell, for what an end tag closes depends on all that is open. So the tree is built on
//! trial, by the very builder that will build it, over a sink that keeps nothing, and the trial ends when the bill is too
//! high. What the tokenizer itself is slow at, crowded tags, is looked for before. What the serializer is slow at, long
//! texts of what has to be escaped, is part of the bill.

use std::{borrow::Cow, cell::Cell, rc::Rc};

use html5ever::{
    Attribute, ExpandedName, QualName, TokenizerResult,
    interface::{ElementFlags, NodeOrText, QuirksMode, Tracer, TreeSink, create_element},
    local_name, ns,
    tendril::StrTendril,
    tokenizer::{BufferQueue, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
    tree_builder::{TreeBuilder, TreeBuilderOpts},
};

/// Elements open at once, with formatting that waits to be repeated. Thirty answers inside one another stay below.
const MAX_HELD: usize = 500;
/// Attributes of one tag.
const MAX_ATTRIBUTES: usize = 500;
/// Steps through what is held, over all tags.
const MAX_STEPS: usize = 10_000_000;
/// Elements of the tree, with the copies that unclosed formatting makes of itself.
const MAX_ELEMENTS: usize = 200_000;
/// Bytes that the serializer looks through, over all texts and values: behind each character that may have to be escaped it
/// looks for the next one up to the end.
const MAX_ESCAPING: usize = 2_000_000_000;

/// `true` when the tree of `html` is built in time and memory linear in its size.
pub(super) fn is_affordable(html: &str) -> bool {
    !has_crowded_tag(html) && Trial::run(html)
}

/// Whether a tag has too many attributes: each is compared with all before it. Every `<` is followed as the tokenizer
/// would follow it, so that no comment or quote hides a tag.
fn has_crowded_tag(html: &str) -> bool {
    /// Tags seldom hold another `<`, and then few bytes are read twice.
    const READINGS: usize = 16;
    let mut left = html.len().saturating_mul(READINGS);
    html.match_indices('<').any(|(at, _)| {
        let tag = html.as_bytes().get(at + 1..).unwrap_or_default();
        let tag = tag.strip_prefix(b"/").unwrap_or(tag);
        tag.first().is_some_and(u8::is_ascii_alphabetic) && is_crowded(tag, &mut left)
    })
}

/// Where in a tag a byte stands (HTML standard §13.2.5.8 and the states that follow).
#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    TagName,
    BeforeAttribute,
    AttributeName,
    AfterAttributeName,
    BeforeValue,
    Quoted(u8),
    Unquoted,
}

/// Reads a tag from its name on; takes what it reads from `left`, and gives up where nothing is.
fn is_crowded(tag: &[u8], left: &mut usize) -> bool {
    let (mut state, mut attributes) = (In::TagName, 0);
    for &byte in tag {
        let Some(rest) = left.checked_sub(1) else { return true };
        *left = rest;
        let is_blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c');
        let next = match (state, byte) {
            (In::Quoted(quote), byte) if byte == quote => In::BeforeAttribute,
            (In::Quoted(_), _) => state,
            (_, b'>') => return false,
            (In::BeforeValue, quote @ (b'"' | b'\'')) => In::Quoted(quote),
            (In::BeforeValue | In::AfterAttributeName, _) if is_blank => state,
            (In::BeforeValue, _) => In::Unquoted,
            (In::AttributeName, _) if is_blank => In::AfterAttributeName,
            (_, _) if is_blank => In::BeforeAttribute,
            (In::Unquoted, _) => state,
            (_, b'/') => In::BeforeAttribute,
            (In::AttributeName | In::AfterAttributeName, b'=') => In::BeforeValue,
            (In::TagName | In::AttributeName, _) => state,
            (In::BeforeAttribute | In::AfterAttributeName, _) => {
                attributes += 1;
                In::AttributeName
            }
        };
        if attributes > MAX_ATTRIBUTES {
            return true;
        }
        state = next;
    }
    false
}

/// A tree builder that is stopped when it has cost too much.
struct Trial {
    builder: TreeBuilder<Rc<QualName>, Bill>,
    steps: Cell<usize>,
    is_too_dear: Cell<bool>,
}

impl Trial {
    /// Builds the tree as the sanitizer does: a fragment inside a `div`.
    fn run(html: &str) -> bool {
        let bill = Bill::default();
        let context = create_element(&bill, QualName::new(None, ns!(html), local_name!("div")), Vec::new());
        let builder = TreeBuilder::new_for_fragment(bill, context, None, TreeBuilderOpts::default());
        let initial_state = Some(builder.tokenizer_state_for_context_elem(false));
        let options = TokenizerOpts { initial_state, ..TokenizerOpts::default() };
        let trial = Self { builder, steps: Cell::new(0), is_too_dear: Cell::new(false) };
        let tokenizer = Tokenizer::new(trial, options);
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(html));
        while let TokenizerResult::Script(_) = tokenizer.feed(&input) {}
        tokenizer.end();
        !tokenizer.sink.is_too_dear.get()
    }

    /// A tag may make the builder walk through all that it holds; formatting is compared with its like besides.
    fn charge(&self, tag: &Tag) {
        let held = Held::default();
        self.builder.trace_handles(&held);
        let held = held.0.get();
        let comparisons = if is_formatting(&tag.name) { tag.attrs.len() } else { 0 };
        self.steps.set(self.steps.get() + held * (1 + comparisons));
        let bill = &self.builder.sink;
        tag.attrs.iter().for_each(|it| bill.charge_text(&Cell::default(), &it.value));
        if held > MAX_HELD || self.steps.get() > MAX_STEPS || bill.elements.get() > MAX_ELEMENTS {
            self.is_too_dear.set(true);
        }
    }
}

impl TokenSink for Trial {
    type Handle = Rc<QualName>;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Self::Handle> {
        if let (Token::TagToken(tag), false) = (&token, self.is_too_dear.get()) {
            self.charge(tag);
        }
        if self.is_too_dear.get() {
            return TokenSinkResult::Continue;
        }
        let result = self.builder.process_token(token, line);
        self.is_too_dear.set(self.builder.sink.escaping.get() > MAX_ESCAPING);
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Counts what a tree builder holds.
#[derive(Default)]
struct Held(Cell<usize>);

impl Tracer for Held {
    type Handle = Rc<QualName>;

    fn trace_handle(&self, _node: &Self::Handle) {
        self.0.set(self.0.get() + 1);
    }
}

/// A tree of which only the number of elements is kept.
#[derive(Default)]
struct Bill {
    elements: Cell<usize>,
    /// Bytes that the serializer will look through.
    escaping: Cell<usize>,
    /// Characters to be escaped in the text since the last element, which is one with the text to come.
    text: Cell<usize>,
    /// The same of text that is moved out of tables: what stands between its pieces stays inside.
    moved_text: Cell<usize>,
}

impl Bill {
    fn nameless() -> Rc<QualName> {
        Rc::new(QualName::new(None, ns!(), local_name!("")))
    }

    /// Adds `text` to one that holds so many characters to be escaped.
    fn charge_text(&self, before: &Cell<usize>, text: &str) {
        let marks = text.bytes().filter(|it| matches!(it, b'&' | 0xC2)).count();
        before.set(before.get() + marks);
        self.escaping.set(self.escaping.get().saturating_add(before.get().saturating_mul(text.len())));
    }

    fn charge_moved(&self, child: &NodeOrText<Rc<QualName>>) {
        if let NodeOrText::AppendText(text) = child {
            self.charge_text(&self.moved_text, text);
        }
    }
}

impl TreeSink for Bill {
    type Handle = Rc<QualName>;
    type Output = Self;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Self {
        self
    }

    fn elem_name<'a>(&'a self, target: &'a Self::Handle) -> ExpandedName<'a> {
        target.expanded()
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Self::Handle {
        self.elements.set(self.elements.get() + 1);
        self.text.set(0);
        Rc::new(name)
    }

    fn same_node(&self, x: &Self::Handle, y: &Self::Handle) -> bool {
        Rc::ptr_eq(x, y)
    }

    fn get_document(&self) -> Self::Handle {
        Self::nameless()
    }

    fn get_template_contents(&self, target: &Self::Handle) -> Self::Handle {
        target.clone()
    }

    fn create_comment(&self, _: StrTendril) -> Self::Handle {
        Self::nameless()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Self::Handle {
        Self::nameless()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn append(&self, _: &Self::Handle, child: NodeOrText<Self::Handle>) {
        if let NodeOrText::AppendText(text) = child {
            self.charge_text(&self.text, &text);
        }
    }

    fn append_based_on_parent_node(
        &self,
        _: &Self::Handle,
        _: &Self::Handle,
        child: NodeOrText<Self::Handle>,
    ) {
        self.charge_moved(&child);
    }

    fn append_before_sibling(&self, _: &Self::Handle, child: NodeOrText<Self::Handle>) {
        self.charge_moved(&child);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn set_quirks_mode(&self, _: QuirksMode) {}
    fn add_attrs_if_missing(&self, _: &Self::Handle, _: Vec<Attribute>) {}
    fn remove_from_parent(&self, _: &Self::Handle) {}
    fn reparent_children(&self, _: &Self::Handle, _: &Self::Handle) {}
}

/// Elements that are opened again in every paragraph until they are closed.
fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "nobr"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, affordable: bool) {
        assert_eq!(is_affordable(html), affordable, "{}", html.chars().take(80).collect::<String>());
    }

    fn attributes(number: usize) -> String {
        (0..number).map(|number| format!(" a{number}=1")).collect::<Vec<_>>().concat()
    }

    /// S12
    #[test]
    fn html_that_explodes_is_recognized() {
        let fonts = (0..400).map(|number| format!("<font size={number}>")).collect::<Vec<_>>().concat();
        check(&"<p>x".repeat(20_000), true);
        check(&"<table><tr><td><b>x</b></td></tr></table>".repeat(5_000), true);
        check(&"<blockquote><div>x".repeat(30), true);
        check(&"a < b, c <3 d ".repeat(5_000), true);
        check(&"<div>".repeat(10_000), false);
        check(&"<div></b>".repeat(10_000), false);
        check(&format!("<p>{fonts}{}", "<p>x".repeat(10_000)), false);
    }

    /// What looks closed and isn't: the end tag stands where it counts for nothing.
    #[test]
    fn nothing_hides_open_elements() {
        for unit in [
            "<div><table></div></table>",
            "<div><!--</div>-->",
            "<div><style></div></style>",
            "<div><select></div></select>",
            "<div><p title='</div>'></p>",
            "<svg><title><div></title></svg>",
            "<b><table></b></table>",
        ] {
            check(&unit.repeat(10_000), false);
            check(&unit.repeat(20), true);
        }
    }

    /// S12: each character that is escaped costs a look at all that follows.
    #[test]
    fn text_that_is_slow_to_escape_is_recognized() {
        for unit in ["&amp;", "&", "\u{a0}", "«", "&</div>", "&<!-- -->", "<table>&&&&&&&&&&<tr>"] {
            check(&unit.repeat(100_000), false);
            check(&unit.repeat(100), true);
        }
        check(&format!("<p title='{}'>", "&".repeat(100_000)), false);
        check(&format!("<table>{}", "<tr>&&&&&&&&&&".repeat(20_000)), false);
        check(&"<p>you &amp; me &amp; «them»".repeat(20_000), true);
        check(&format!("<pre>{}</pre>", "GET /a?b=c&d=e HTTP/1.1\n".repeat(5_000)), true);
    }

    #[test]
    fn nothing_hides_attributes() {
        let crowd = attributes(3_000);
        for html in [
            format!("<a{crowd}>"),
            format!("</a{crowd}>"),
            format!("<a{}>", crowd.replace("=1", "").replace(' ', "/")),
            format!("<a{}>", crowd.replace(' ', "\x0c")),
            format!("<a x='>' y=\">\"{crowd}>"),
            format!("<a x=1 {}>", crowd.replace("=1", "=\"\"").replace(' ', "")),
            format!("<!-- <a b=\" --><a{crowd}>"),
            "<a".repeat(100_000),
        ] {
            check(&html, false);
        }
        check(&format!("<a{}>", attributes(300)).repeat(100), true);
        check(&format!("<img src='data:image/png;base64,{}'>", "a/b+= ".repeat(50_000)), true);
    }
}
