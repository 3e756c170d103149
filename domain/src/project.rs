//! Projects: what tasks are gathered in, with an address of their own.

use crate::{Timestamp, id::ProjectId};

/// A project of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: ProjectId,
    /// Counts up per account; people say this number, and `project+<number>@` is its address (ADR-5).
    pub number: i64,
    pub name: String,
    pub created_at: Timestamp,
    pub version: i64,
}
