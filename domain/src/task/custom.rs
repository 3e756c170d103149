//! An account's own statuses (STA-2).

use std::fmt;

use thiserror::Error;

use super::TaskStatus;
use crate::{Timestamp, id::TaskStatusId};

/// Most statuses of one account.
pub const MAX_STATUSES: i64 = 100;

/// A status that an account made for itself. A task that has it has the standard one, too, that it counts as, and that says
/// what becomes of the task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomStatus {
    pub id: TaskStatusId,
    pub name: String,
    /// As [`Color`] writes it.
    pub color: String,
    pub counts_as: TaskStatus,
    /// Its place among the account's; of two at the same place the older comes first.
    pub position: i64,
    pub created_at: Timestamp,
    pub version: i64,
}

/// A color as `#rrggbb`, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Color(String);

impl Color {
    pub fn parse(text: &str) -> Result<Self, NotAColor> {
        let digits = text.strip_prefix('#').filter(|it| it.len() == 6).ok_or(NotAColor)?;
        if digits.chars().all(|it| it.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(NotAColor)
        }
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a color such as #3b82f6")]
pub struct NotAColor;

/// What a task's status is to those who look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownStatus {
    pub standard: TaskStatus,
    pub custom: Option<TaskStatusId>,
}

impl From<TaskStatus> for ShownStatus {
    fn from(standard: TaskStatus) -> Self {
        Self { standard, custom: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_is_six_digits() {
        assert_eq!(Color::parse("#3B82f6").unwrap().to_string(), "#3b82f6");
        for text in ["", "#", "3b82f6", "#3b82f", "#3b82f66", "#3b82fg", "#3b82ф", "red"] {
            assert_eq!(Color::parse(text), Err(NotAColor), "{text}");
        }
    }
}
