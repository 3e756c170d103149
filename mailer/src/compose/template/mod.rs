//! Mail templates: a small, safe part of Jinja over the variables of a task.
//!
//! [`Template::parse`] takes what a user saves and either refuses it with positions or gives something that renders:
//! every variable, filter and statement is known by then, and what a render may cost is bounded (S25). Reading goes
//! through `scan`, which also turns Russian names into the English ones that [`variables`] lists and `values`
//! fills. Templates know nothing of the mail around them.

pub(super) mod dates;
mod error;
mod filters;
mod render;
mod scan;
#[cfg(test)]
mod tests;
pub(super) mod trusted;
pub(super) mod values;
pub mod variables;

use liaison_domain::language::Language;

pub use self::error::{InvalidTemplate, Part, Problem, ProblemKind, RenderError};
pub use self::render::escaped;
use self::{render::Limits, scan::Scanned};
#[cfg(test)]
use super::facts::RichText;
use super::{facts::Facts, header_text, plain_text};

/// Most bytes of one part of a template.
pub const MAX_SOURCE_BYTES: usize = 64 * 1024;
/// Most bytes that one part may render to.
pub const MAX_OUTPUT_BYTES: usize = 1024 * 1024;

/// A template in one language, as users write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSource {
    pub language: Language,
    pub subject: String,
    pub html: String,
    /// Made from the rendered HTML where it is missing.
    pub text: Option<String>,
}

/// A template that was checked.
#[derive(Clone, Debug)]
pub struct Template {
    language: Language,
    subject: Scanned,
    html: Scanned,
    text: Option<Scanned>,
}

/// What a template says about given facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line of at most 250 characters.
    pub subject: String,
    pub html: String,
    pub text: String,
}

impl Template {
    /// Checks a template: that each part can be read, and that each variable, filter and statement in it exists.
    ///
    /// All that is wrong is told at once, with its place (VAR-8).
    pub fn parse(source: &TemplateSource) -> Result<Self, InvalidTemplate> {
        let mut problems = Vec::new();
        let mut scanned = |part, text: &str| match scan::scan(part, text) {
            Ok(scanned) => scanned,
            Err(found) => {
                problems.extend(found);
                Scanned::default()
            }
        };
        let template = Self {
            language: source.language,
            subject: scanned(Part::Subject, &source.subject),
            html: scanned(Part::Html, &source.html),
            text: source.text.as_deref().map(|it| scanned(Part::Text, it)),
        };
        if problems.is_empty() {
            problems.extend(template.parts().filter_map(|(part, it)| render::check(part, it).err()));
        }
        if problems.is_empty() { Ok(template) } else { Err(InvalidTemplate { problems }) }
    }

    /// The language that dates and sizes are written in.
    pub const fn language(&self) -> Language {
        self.language
    }

    pub fn render(&self, facts: &Facts) -> Result<Rendered, RenderError> {
        let values = values::of(facts, self.language);
        let rendered =
            |part, it: &Scanned| render::render(part, it, &values, self.language, Limits::PRODUCTION);
        let html = rendered(Part::Html, &self.html)?;
        let text = match &self.text {
            Some(text) => plain_text::tidy(&rendered(Part::Text, text)?),
            None => plain_text::from_html(&html),
        };
        let subject = header_text::subject(&without_repeated_re(&rendered(Part::Subject, &self.subject)?));
        Ok(Rendered { subject, html, text })
    }

    /// What a template is tried on where there is no task.
    pub fn example() -> Facts {
        render::sample(true)
    }

    fn parts(&self) -> impl Iterator<Item = (Part, &Scanned)> {
        let text = self.text.as_ref().map(|it| (Part::Text, it));
        [(Part::Subject, &self.subject), (Part::Html, &self.html)].into_iter().chain(text)
    }
}

/// The version for a recipient: in his language, else the account's, else English, else any (TPL-5).
pub fn choose<T>(
    versions: &[T],
    language_of: impl Fn(&T) -> Language,
    recipient: Option<Language>,
    account: Language,
) -> Option<&T> {
    let in_language = |wanted| versions.iter().find(|it| language_of(it) == wanted);
    let preferred = recipient.into_iter().chain([account, Language::English]);
    preferred.into_iter().find_map(in_language).or(versions.first())
}

/// A task made from an answer is called `Re: …` already; a second one would start a new thread in mail programs.
fn without_repeated_re(subject: &str) -> String {
    let stripped = |it: &str| {
        it.get(..3)
            .filter(|re| re.eq_ignore_ascii_case("re:"))
            .and_then(|_| it.get(3..))
            .map(str::trim_start)
            .map(str::to_owned)
    };
    let mut rest = header_text::one_line(subject);
    let is_answer = stripped(&rest).is_some();
    while let Some(inner) = stripped(&rest) {
        rest = inner;
    }
    if is_answer { format!("Re: {rest}") } else { rest }
}
