//! Runs a checked template within bounds (S25).

use std::io;

use chrono::{DateTime, NaiveDate};
use liaison_domain::{
    language::Language,
    task::{Priority, TaskStatus},
};
use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, Value, syntax::SyntaxConfig, value::ValueKind,
};

use super::{
    MAX_OUTPUT_BYTES,
    error::{Part, Problem, ProblemKind, RenderError},
    filters,
    scan::Scanned,
    values::{self, Record, Rich},
};
use crate::compose::facts::{Comment, Facts, File, Person, RichText, System, Task, When};

/// What one render may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Steps of the engine, each of them short.
    fuel: u64,
    output: usize,
}

impl Limits {
    /// A loop over 200 files takes about 5,000 steps.
    pub(super) const PRODUCTION: Self = Self { fuel: 100_000, output: MAX_OUTPUT_BYTES };
}

/// Renders one part; HTML parts are escaped, others are plain text.
pub(super) fn render(
    part: Part,
    scanned: &Scanned,
    values: &Value,
    language: Language,
    limits: Limits,
) -> Result<String, RenderError> {
    let environment = environment(part, language, Some(limits.fuel));
    let mut output = Capped { bytes: Vec::new(), left: limits.output };
    let rendered = environment
        .template_from_named_str(part.as_str(), &scanned.source)
        .and_then(|template| template.render_captured_to(values.clone(), &mut output).map(|_| ()));
    match rendered {
        Ok(()) => Ok(String::from_utf8(output.bytes).unwrap_or_default()),
        Err(error) if error.kind() == ErrorKind::OutOfFuel => Err(RenderError::TooMuchWork(part)),
        Err(error) if error.kind() == ErrorKind::WriteFailure => Err(RenderError::TooLong(part)),
        Err(error) => {
            Err(RenderError::Failed { part, line: error.line().unwrap_or(1), detail: detail(&error) })
        }
    }
}

/// Finds what only the engine knows: unbalanced tags, filters on the wrong kind of value. Renders once with facts
/// that have everything and once with facts that have nothing, so that most branches are taken.
pub(super) fn check(part: Part, scanned: &Scanned) -> Result<(), Problem> {
    let environment = environment(part, Language::English, Some(Limits::PRODUCTION.fuel));
    let problem = |error: &Error| {
        let place = error.range().map(|it| scanned.position(it.start));
        let (line, column) = place.unwrap_or((error.line().unwrap_or(1), 1));
        Problem { part, line, column, kind: ProblemKind::Syntax(detail(error)) }
    };
    let template =
        environment.template_from_named_str(part.as_str(), &scanned.source).map_err(|it| problem(&it))?;
    for facts in [sample(true), sample(false)] {
        let output = Capped { bytes: Vec::new(), left: MAX_OUTPUT_BYTES };
        let values = values::of(&facts, Language::English);
        template.render_captured_to(values, output).map_err(|it| problem(&it))?;
    }
    Ok(())
}

/// A value as it is written: escaped in HTML, where line ends become `<br>`.
pub(super) fn shown(value: &Value, is_html: bool) -> Result<String, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    if value.is_none() {
        return Ok(String::new());
    }
    if let Some(record) = value.downcast_object_ref::<Record>() {
        return shown(&record.shown, is_html);
    }
    if let Some(rich) = value.downcast_object_ref::<Rich>() {
        return Ok(if is_html { rich.html().to_owned() } else { rich.text.clone() });
    }
    if value.kind() == ValueKind::Seq {
        let items = value.try_iter()?.map(|it| shown(&it, is_html)).collect::<Result<Vec<_>, _>>()?;
        return Ok(items.join(", "));
    }
    let text = value.to_string();
    Ok(if is_html && !value.is_safe() { escaped(&text) } else { text })
}

/// Safe between tags and inside quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>\n"),
            '\r' | '\0' => {}
            other => html.push(other),
        }
    }
    html
}

pub(super) fn environment<'source>(
    part: Part,
    language: Language,
    fuel: Option<u64>,
) -> Environment<'source> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(fuel);
    environment.set_recursion_limit(50);
    environment.set_debug(true);
    // Tags on lines of their own leave no empty lines behind.
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.unwrap_or_default());
    let is_html = part == Part::Html;
    environment.set_formatter(move |output, _state, value| Ok(output.write_str(&shown(value, is_html)?)?));
    filters::add(&mut environment, language);
    environment
}

fn detail(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

struct Capped {
    bytes: Vec<u8>,
    left: usize,
}

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Facts with everything, or with as little as a task can have.
pub(super) fn sample(is_full: bool) -> Facts {
    let now = DateTime::UNIX_EPOCH.fixed_offset();
    let text = |it: &str| if is_full { it.to_owned() } else { String::new() };
    let person = || Person { name: text("Anna"), email: is_full.then(|| "anna@client.example".to_owned()) };
    let people = || if is_full { vec![person(), person()] } else { Vec::new() };
    let file =
        File { name: text("plan.pdf"), size: 1, url: is_full.then(|| "https://files.example/1".to_owned()) };
    let files = || if is_full { vec![file.clone()] } else { Vec::new() };
    let rich = || RichText { html: text("<p>text</p>"), text: text("text") };
    let day = is_full.then_some(When::Day(NaiveDate::MIN));
    Facts {
        system: System { now, account: text("Acme") },
        recipient: person(),
        task: Task {
            number: 1,
            title: text("Title"),
            description: rich(),
            status: TaskStatus::New,
            custom_status: None,
            priority: Priority::Normal,
            start: day,
            deadline: day,
            created: When::Moment(now),
            assigner: person(),
            assignees: people(),
            participants: people(),
            auditors: people(),
            counterparty: is_full.then(person),
            project: is_full.then(|| text("Project")),
            files: files(),
        },
        comment: is_full.then(|| Comment {
            body: rich(),
            author: person(),
            date: When::Moment(now),
            files: files(),
        }),
        contact: person(),
    }
}
