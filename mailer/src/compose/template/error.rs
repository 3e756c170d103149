//! What is wrong with a template, and where.

use std::fmt;

use thiserror::Error;

/// A part of a template, each with its own escaping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Subject,
    Html,
    Text,
}

impl Part {
    /// The field's name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Html => "html",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A template that can't be saved, with everything that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct InvalidTemplate {
    /// At least one.
    pub problems: Vec<Problem>,
}

/// One thing wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{part}, line {line}, column {column}: {kind}")]
pub struct Problem {
    pub part: Part,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    pub kind: ProblemKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProblemKind {
    #[error("there is no variable `{0}`")]
    UnknownVariable(String),
    #[error("there is no filter `{0}`")]
    UnknownFilter(String),
    #[error("`{0}` is no list")]
    NotAList(String),
    /// Jinja that templates of mails don't have.
    #[error("templates have no {0}")]
    Unsupported(String),
    #[error("{0}")]
    Syntax(String),
    #[error("a part of a template has at most {} KiB", super::MAX_SOURCE_BYTES / 1024)]
    TooLong,
}

impl ProblemKind {
    /// Stable, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownVariable(_) => "unknown_variable",
            Self::UnknownFilter(_) => "unknown_filter",
            Self::NotAList(_) => "not_a_list",
            Self::Unsupported(_) => "unsupported_template_syntax",
            Self::Syntax(_) => "template_syntax",
            Self::TooLong => "template_too_long",
        }
    }
}

/// Why a checked template gave nothing for certain facts.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RenderError {
    #[error("{0}: the template does too much work")]
    TooMuchWork(Part),
    #[error("{0}: the template gives more than {max} KiB", max = super::MAX_OUTPUT_BYTES / 1024)]
    TooLong(Part),
    #[error("{part}, line {line}: {detail}")]
    Failed { part: Part, line: usize, detail: String },
}
