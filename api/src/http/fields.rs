//! Collects what is wrong with the fields of a body, so that a caller learns all of it at once.

use chrono::{DateTime, Datelike as _, Utc};
use liaison_domain::{
    Timestamp,
    account::LabelError,
    contact::TimeZoneError,
    mail_address::EmailAddressError,
    mailbox::HostNameError,
    notification::{NoHours, NotATime, UnknownZone},
    refusal::{Code, FieldCode, FieldRefusal, Refusal},
    task::custom::NotAColor,
    text::{Name, TextError},
};
use thiserror::Error;

use super::patch::{Change, Patch};
use crate::service::password::PasswordError;

/// The refused fields of one body.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldRefusal>);

impl Fields {
    /// Takes a parsed field, or notes why it is refused.
    pub fn read<T, E: FieldError>(&mut self, pointer: impl Into<String>, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.note(pointer, error.code(), error.to_string())).ok()
    }

    /// Reads each element of a list.
    pub fn read_each<'a, T, E: FieldError>(
        &mut self,
        pointer: &str,
        items: impl IntoIterator<Item = &'a String>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let items = items.into_iter().enumerate();
        items.filter_map(|(i, item)| self.read(format!("{pointer}/{i}"), parse(item))).collect()
    }

    /// Reads a part of a name or title to search for; a blank one searches for nothing.
    pub fn search(&mut self, pointer: &str, part: Option<String>) -> Option<String> {
        let part = part.filter(|it| !it.trim().is_empty())?;
        self.read(pointer, Name::parse(&part)).map(Name::into_string)
    }

    /// Refuses a list that is too long.
    pub fn at_most(&mut self, pointer: &str, count: usize, max: usize) {
        if count > max {
            self.note(pointer, FieldCode::TooMany, format!("must have at most {max} elements"));
        }
    }

    pub fn note(&mut self, pointer: impl Into<String>, code: FieldCode, detail: impl Into<String>) {
        self.0.push(FieldRefusal { pointer: pointer.into(), code, detail: detail.into().into() });
    }

    /// Whether all is well so far.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An error where any field is refused.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(self.refusal()) }
    }

    /// The refusal with all fields.
    pub fn refusal(self) -> Refusal {
        let detail = "Some fields are missing or not as they must be.";
        Refusal { fields: self.0, ..Refusal::new(Code::ValidationFailed, detail) }
    }
}

/// Reads a time: whole microseconds of the years that both engines keep and sort alike.
pub fn moment(at: DateTime<Utc>) -> Result<Timestamp, OutOfTime> {
    let whole = Timestamp::from_timestamp_micros(at.timestamp_micros());
    whole.filter(|it| (1..=9999).contains(&it.year())).ok_or(OutOfTime)
}

/// The time is one that not both engines keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be of the years 1 to 9999")]
pub struct OutOfTime;

/// An error of parsing one value, with its field code.
pub trait FieldError: std::fmt::Display {
    fn code(&self) -> FieldCode;
}

impl FieldError for TextError {
    fn code(&self) -> FieldCode {
        match self {
            Self::Empty => FieldCode::Empty,
            Self::TooLong { .. } => FieldCode::TooLong,
            Self::Unprintable => FieldCode::Invalid,
        }
    }
}

impl FieldError for LabelError {
    fn code(&self) -> FieldCode {
        match self {
            Self::Empty => FieldCode::Empty,
            Self::TooLong { .. } => FieldCode::TooLong,
            Self::Characters => FieldCode::Invalid,
            Self::Reserved => FieldCode::Reserved,
        }
    }
}

impl FieldError for EmailAddressError {
    fn code(&self) -> FieldCode {
        match self {
            Self::NoAt | Self::LocalPart | Self::Domain => FieldCode::Invalid,
            Self::TooLong => FieldCode::TooLong,
        }
    }
}

impl FieldError for HostNameError {
    fn code(&self) -> FieldCode {
        match self {
            Self::Empty => FieldCode::Empty,
            Self::TooLong => FieldCode::TooLong,
            Self::Invalid => FieldCode::Invalid,
        }
    }
}

impl FieldError for TimeZoneError {
    fn code(&self) -> FieldCode {
        match self {
            Self::Unknown => FieldCode::Invalid,
            Self::TooLong => FieldCode::TooLong,
        }
    }
}

impl FieldError for OutOfTime {
    fn code(&self) -> FieldCode {
        FieldCode::OutOfRange
    }
}

impl FieldError for liaison_domain::UnknownName {
    fn code(&self) -> FieldCode {
        FieldCode::Invalid
    }
}

impl FieldError for PasswordError {
    fn code(&self) -> FieldCode {
        match self {
            Self::TooShort => FieldCode::TooShort,
            Self::TooLong => FieldCode::TooLong,
        }
    }
}

impl Fields {
    /// Reads a field of a merge patch that can be changed but not cleared; none where it stays.
    pub fn change<V, T, E: FieldError>(
        &mut self,
        pointer: &str,
        change: Change<V>,
        parse: impl FnOnce(V) -> Result<T, E>,
    ) -> Option<T> {
        change.0.and_then(|value| self.read(pointer, parse(value)))
    }

    /// Reads a field of a merge patch that may be cleared.
    pub fn clearable<V, T, E: FieldError>(
        &mut self,
        pointer: &str,
        patch: Patch<V>,
        parse: impl FnOnce(V) -> Result<T, E>,
    ) -> Patch<T> {
        match patch {
            Patch::Absent => Patch::Absent,
            Patch::Null => Patch::Null,
            Patch::Value(value) => self.read(pointer, parse(value)).map_or(Patch::Absent, Patch::Value),
        }
    }
}

impl FieldError for uuid::Error {
    fn code(&self) -> FieldCode {
        FieldCode::Invalid
    }
}

impl FieldError for std::num::ParseIntError {
    fn code(&self) -> FieldCode {
        FieldCode::Invalid
    }
}

impl FieldError for std::str::ParseBoolError {
    fn code(&self) -> FieldCode {
        FieldCode::Invalid
    }
}

impl FieldError for NotATime {
    fn code(&self) -> FieldCode {
        FieldCode::Invalid
    }
}

impl FieldError for NotAColor {
    fn code(&self) -> FieldCode {
        FieldCode::Invalid
    }
}

impl FieldError for UnknownZone {
    fn code(&self) -> FieldCode {
        FieldCode::Invalid
    }
}

impl FieldError for NoHours {
    fn code(&self) -> FieldCode {
        FieldCode::Invalid
    }
}

impl FieldError for chrono::ParseError {
    fn code(&self) -> FieldCode {
        FieldCode::Invalid
    }
}
