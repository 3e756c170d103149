//! Reads a template tag by tag: checks every name and writes it again with the English ones.
//!
//! MiniJinja resolves names while it renders, on the branches it takes; here all of them are looked up when a
//! template is saved. Only what is understood gets through, which also keeps out everything that could make a
//! render grow without bound: assignments, arithmetic, calls, macros, includes.

use std::ops::Range;

use super::{
    error::{Part, Problem, ProblemKind},
    variables::{self, FILTERS, LOOP, ROOTS, Shape, Variable},
};

/// A template that only has known names, in English.
#[derive(Clone, Debug, Default)]
pub(super) struct Scanned {
    pub(super) source: String,
    /// Where names were replaced: places that stand for one another in `source` and in the original.
    anchors: Vec<(usize, usize)>,
    original: String,
}

impl Scanned {
    /// The line and column in the original of a place in `source`.
    pub(super) fn position(&self, place: usize) -> (usize, usize) {
        let index = self.anchors.partition_point(|(here, _)| *here <= place);
        let (here, there) =
            index.checked_sub(1).and_then(|it| self.anchors.get(it)).copied().unwrap_or((0, 0));
        let next = self.anchors.get(index).map_or(self.original.len(), |(_, there)| *there);
        position(&self.original, (there + place - here).min(next))
    }
}

/// Checks one part; all that is wrong is told, in the order of the text.
pub(super) fn scan(part: Part, original: &str) -> Result<Scanned, Vec<Problem>> {
    let mut scanner = Scanner::new(part, original);
    if original.len() > super::MAX_SOURCE_BYTES {
        scanner.problem(0, ProblemKind::TooLong);
        return Err(scanner.problems);
    }
    scanner.read();
    scanner.finish()
}

struct Scanner<'a> {
    part: Part,
    original: &'a str,
    output: String,
    /// How much of the original stands in `output`.
    written_to: usize,
    anchors: Vec<(usize, usize)>,
    /// The variables of the loops around, innermost last.
    loops: Vec<Local<'a>>,
    n_locals: usize,
    /// The blocks around, with how deep each goes: every `elif` is an `if` inside an `else`.
    blocks: Vec<usize>,
    problems: Vec<Problem>,
}

struct Local<'a> {
    name: &'a str,
    ascii_name: String,
    /// `None` where the list is unknown, which was told: nothing more is said about its items.
    shape: Option<Shape>,
}

#[derive(Clone, Debug)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Name,
    Quoted,
    Number,
    Sign,
}

/// More than anybody mends at a time.
const MAX_PROBLEMS: usize = 50;
/// The engine reads, compiles and drops nested things by recursion, on a stack that ends (S25).
const MAX_TOKENS_OF_TAG: usize = 200;
const MAX_DEPTH: usize = 30;
const WORDS: [&str; 12] =
    ["and", "or", "not", "in", "if", "else", "true", "false", "none", "True", "False", "None"];
const SIGNS: [&str; 10] = ["(", ")", ",", "~", "==", "!=", "<=", ">=", "<", ">"];

impl<'a> Scanner<'a> {
    fn new(part: Part, original: &'a str) -> Self {
        Self {
            part,
            original,
            output: String::with_capacity(original.len()),
            written_to: 0,
            anchors: Vec::new(),
            loops: Vec::new(),
            n_locals: 0,
            blocks: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn read(&mut self) {
        let mut place = 0;
        while let Some(found) = self.rest(place).find('{') {
            let start = place + found;
            let rest = self.rest(start);
            place = if rest.starts_with("{#") {
                rest.find("#}").map_or(self.original.len(), |it| start + it + 2)
            } else if rest.starts_with("{{") || rest.starts_with("{%") {
                self.read_tag(start)
            } else {
                start + 1
            };
        }
    }

    /// Returns where the text goes on.
    fn read_tag(&mut self, start: usize) -> usize {
        let is_statement = self.rest(start).starts_with("{%");
        let closer = if is_statement { "%}" } else { "}}" };
        let Some((tokens, end)) = self.tokens(start + 2, closer) else {
            self.problem(start, ProblemKind::Syntax(format!("the tag is not closed by {closer}")));
            return self.original.len();
        };
        if tokens.len() > MAX_TOKENS_OF_TAG {
            self.problem(start, ProblemKind::Syntax("the tag is too long".to_owned()));
        } else if is_statement {
            self.read_statement(start, &tokens);
        } else {
            self.read_expression(&tokens);
        }
        end
    }

    /// The tokens up to `closer`, and where the tag ends.
    fn tokens(&self, start: usize, closer: &str) -> Option<(Vec<Token<'a>>, usize)> {
        let mut tokens = Vec::new();
        let mut place = start;
        loop {
            let rest = self.rest(place);
            let c = rest.chars().next()?;
            let trimmed = rest.strip_prefix(['-', '+']).unwrap_or(rest);
            if rest.starts_with(closer) {
                return Some((tokens, place + closer.len()));
            }
            if trimmed.starts_with(closer) {
                return Some((tokens, place + 1 + closer.len()));
            }
            let length_while = |is_in: fn(char) -> bool| rest.find(|c| !is_in(c)).unwrap_or(rest.len());
            let (kind, length) = if c.is_whitespace() || (place == start && (c == '-' || c == '+')) {
                place += c.len_utf8();
                continue;
            } else if is_name_start(c) {
                (Kind::Name, length_while(|c| is_name_start(c) || c.is_ascii_digit()))
            } else if c.is_ascii_digit() {
                (Kind::Number, length_while(|c| c.is_ascii_digit()))
            } else if c == '"' || c == '\'' {
                (Kind::Quoted, quoted_length(rest, c)?)
            } else {
                let sign = SIGNS.iter().find(|it| rest.starts_with(**it));
                (Kind::Sign, sign.map_or(c.len_utf8(), |it| it.len()))
            };
            let range = place..place + length;
            tokens.push(Token { kind, text: self.slice(range.clone()), range });
            place += length;
        }
    }

    fn read_statement(&mut self, start: usize, tokens: &[Token<'a>]) {
        let Some((word, rest)) = tokens.split_first() else {
            return self.problem(start, ProblemKind::Syntax("the tag is empty".to_owned()));
        };
        match word.text {
            "for" | "if" => self.blocks.push(1),
            "elif" => self.blocks.iter_mut().last().into_iter().for_each(|it| *it += 1),
            "endfor" | "endif" => {
                self.blocks.pop();
            }
            _ => {}
        }
        if self.blocks.iter().sum::<usize>() > MAX_DEPTH {
            self.problem(start, ProblemKind::Syntax("the blocks are nested too deep".to_owned()));
        }
        match word.text {
            "for" => self.read_loop(word, rest),
            "endfor" => {
                self.loops.pop();
            }
            "if" | "elif" => self.read_expression(rest),
            "else" | "endif" => {}
            other => self.problem(word.range.start, ProblemKind::Unsupported(format!("statement `{other}`"))),
        }
    }

    /// `{% for file in comment.files %}`
    fn read_loop(&mut self, word: &Token<'a>, tokens: &[Token<'a>]) {
        let [variable, keyword, list @ ..] = tokens else {
            return self
                .problem(word.range.start, ProblemKind::Syntax("a loop reads `for … in …`".to_owned()));
        };
        if variable.kind != Kind::Name || keyword.text != "in" || WORDS.contains(&variable.text) {
            return self
                .problem(word.range.start, ProblemKind::Syntax("a loop reads `for … in …`".to_owned()));
        }
        self.n_locals += 1;
        let ascii_name = format!("local_{}", self.n_locals);
        self.replace(variable.range.clone(), &ascii_name);
        let mut shape = None;
        if list.first().is_some_and(|it| it.kind == Kind::Name) {
            let n_problems = self.problems.len();
            let (n_tokens, found) = self.read_path(list);
            shape = match found {
                Some(Shape::List(fields)) => Some(Shape::Record(fields)),
                _ if self.problems.len() > n_problems => None,
                _ => {
                    let range = whole(list.get(..n_tokens).unwrap_or_default());
                    let name = self.slice(range.clone()).to_owned();
                    self.problem(range.start, ProblemKind::NotAList(name));
                    None
                }
            };
            // What follows a list may only choose among its items, and may already speak of them.
            match list.get(n_tokens) {
                None => {}
                Some(it) if it.text == "if" => {
                    self.enter_loop(variable.text, &ascii_name, shape);
                    return self.read_expression(list.get(n_tokens..).unwrap_or_default());
                }
                Some(it) => {
                    self.problem(
                        it.range.start,
                        ProblemKind::Unsupported(format!("`{}` in a loop", it.text)),
                    );
                }
            }
        } else {
            self.problem(
                word.range.start,
                ProblemKind::Unsupported("loop over anything but a variable".to_owned()),
            );
        }
        self.enter_loop(variable.text, &ascii_name, shape);
    }

    fn enter_loop(&mut self, name: &'a str, ascii_name: &str, shape: Option<Shape>) {
        self.loops.push(Local { name, ascii_name: ascii_name.to_owned(), shape });
    }

    fn read_expression(&mut self, tokens: &[Token<'a>]) {
        let mut rest = tokens;
        while let Some((token, after)) = rest.split_first() {
            let n_read = match (token.kind, token.text) {
                (Kind::Quoted | Kind::Number, _) => 1,
                (Kind::Sign, "|") => 1 + self.read_filter(token, after),
                (Kind::Sign, sign) if SIGNS.contains(&sign) => 1,
                (Kind::Name, word) if WORDS.contains(&word) => 1,
                (Kind::Name, _) => self.read_path(rest).0,
                (Kind::Sign, sign) => {
                    self.problem(token.range.start, ProblemKind::Unsupported(format!("`{sign}`")));
                    1
                }
            };
            rest = rest.get(n_read..).unwrap_or_default();
        }
    }

    /// Returns how many tokens the filter's name takes.
    fn read_filter(&mut self, bar: &Token<'a>, after: &[Token<'a>]) -> usize {
        match after.first() {
            Some(name) if name.kind == Kind::Name => {
                if !FILTERS.contains(&name.text) {
                    self.problem(name.range.start, ProblemKind::UnknownFilter(name.text.to_owned()));
                }
                1
            }
            _ => {
                self.problem(bar.range.start, ProblemKind::Syntax("a filter's name follows `|`".to_owned()));
                0
            }
        }
    }

    /// Looks up `task.assigner.name` and writes it in English. Returns how many tokens it takes, and its shape if
    /// it is known.
    fn read_path(&mut self, tokens: &[Token<'a>]) -> (usize, Option<Shape>) {
        let Some(first) = tokens.first() else { return (0, None) };
        let local = self.loops.iter().rev().find(|it| it.name == first.text);
        let root = match local {
            Some(Local { shape: None, .. }) => return (skipped_path(tokens, 1), None),
            Some(Local { shape: Some(shape), ascii_name, .. }) => Some((ascii_name.clone(), *shape)),
            None if first.text == "loop" && !self.loops.is_empty() => Some(("loop".to_owned(), LOOP)),
            None => Variable::find(ROOTS, first.text).map(|it| (it.name.to_owned(), it.shape)),
        };
        let mut n_read = 1;
        let mut known = root;
        while tokens.get(n_read).is_some_and(|it| it.text == "." && it.kind == Kind::Sign) {
            let names = tokens.get(n_read + 1..).unwrap_or_default();
            let (n_names, field) = match known {
                Some((_, Shape::Record(fields))) => field_of(fields, names),
                _ => (usize::from(names.first().is_some_and(|it| it.kind == Kind::Name)), None),
            };
            n_read += 1 + n_names;
            known =
                known.zip(field).map(|((path, _), field)| (format!("{path}.{}", field.name), field.shape));
            if known.is_none() {
                break;
            }
        }
        let range = whole(tokens.get(..n_read).unwrap_or_default());
        if let Some(next) = tokens.get(n_read).filter(|it| it.text == "(" || it.text == "[") {
            let what = if next.text == "(" { "calls" } else { "`[`" };
            self.problem(next.range.start, ProblemKind::Unsupported(what.to_owned()));
        }
        let Some((path, shape)) = known else {
            let name = self.slice(range.clone()).to_owned();
            self.problem(range.start, ProblemKind::UnknownVariable(name));
            return (skipped_path(tokens, n_read), None);
        };
        self.replace(range, &path);
        (n_read, Some(shape))
    }

    fn replace(&mut self, range: Range<usize>, text: &str) {
        if self.slice(range.clone()) == text {
            return;
        }
        self.output.push_str(self.slice(self.written_to..range.start));
        self.anchors.push((self.output.len(), range.start));
        self.output.push_str(text);
        self.anchors.push((self.output.len(), range.end));
        self.written_to = range.end;
    }

    fn finish(mut self) -> Result<Scanned, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        self.output.push_str(self.rest(self.written_to));
        Ok(Scanned { source: self.output, anchors: self.anchors, original: self.original.to_owned() })
    }

    fn problem(&mut self, place: usize, kind: ProblemKind) {
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let (line, column) = position(self.original, place);
        self.problems.push(Problem { part: self.part, line, column, kind });
    }

    fn rest(&self, place: usize) -> &'a str {
        self.original.get(place..).unwrap_or_default()
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.original.get(range).unwrap_or_default()
    }
}

/// The field that the next tokens name, and how many of them: `Описание задачи` is one name of two words, and a
/// quoted name is one as well (VAR-1).
fn field_of<'f>(fields: &'f [Variable], tokens: &[Token<'_>]) -> (usize, Option<&'f variables::Variable>) {
    let Some(first) = tokens.first() else { return (0, None) };
    if first.kind == Kind::Quoted {
        let name = first.text.trim_matches(['"', '\'']);
        return (1, Variable::find(fields, name));
    }
    let is_word = |it: &&Token<'_>| it.kind == Kind::Name || (it.kind == Kind::Sign && it.text == "-");
    let words = tokens.iter().take(4).take_while(is_word).map(|it| it.text).collect::<Vec<_>>();
    let longest = (1..=words.len()).rev().find_map(|n| {
        let name = words.get(..n)?.join(" ").replace(" - ", "-");
        Variable::find(fields, &name).map(|field| (n, field))
    });
    longest.map_or((usize::from(first.kind == Kind::Name), None), |(n, field)| (n, Some(field)))
}

/// Past the fields of an unknown variable, so that it is told once.
fn skipped_path(tokens: &[Token<'_>], mut n_read: usize) -> usize {
    while tokens.get(n_read).is_some_and(|it| it.text == ".") {
        n_read += 2;
    }
    n_read.min(tokens.len())
}

fn whole(tokens: &[Token<'_>]) -> Range<usize> {
    let start = tokens.first().map_or(0, |it| it.range.start);
    start..tokens.last().map_or(start, |it| it.range.end)
}

/// With both quotes; `None` where the second is missing.
fn quoted_length(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().skip(1).find_map(|(place, c)| {
        let ends = c == quote && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends.then_some(place + 1)
    })
}

fn is_name_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// Line and column, both from 1, the column in characters.
fn position(text: &str, place: usize) -> (usize, usize) {
    let before = text.get(..place).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |it| it + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}
