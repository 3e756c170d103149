//! Languages that mails and pages are written in.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// A language with built-in texts, named by its ISO 639-1 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// `en`, what everything falls back to.
    #[default]
    English,
    /// `ru`
    Russian,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Russian];

    /// The ISO 639-1 code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
        }
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(code: &str) -> Result<Self, UnknownLanguage> {
        Self::ALL.into_iter().find(|it| it.as_str() == code).ok_or(UnknownLanguage)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The code names no language that Liaison has texts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the language is not one of en, ru")]
pub struct UnknownLanguage;
