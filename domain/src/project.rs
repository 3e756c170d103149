//! Projects: what tasks are gathered in, with an address of their own and people who are in their new tasks.

use crate::{
    Timestamp,
    id::{PersonId, ProjectId},
    named::named,
};

named! {
    pub enum ProjectStatus {
        Active = "active",
        /// Out of the way; its tasks go on.
        Archived = "archived",
    }
}

named! {
    /// What a person is to a project.
    pub enum ProjectPart {
        /// Works on new tasks where nobody else is named.
        Assignee = "assignee",
        /// Takes part in new tasks where nobody else is named.
        Participant = "participant",
        /// Controls all its new tasks (ROL-4).
        Auditor = "auditor",
        /// An employee whom clients of the project may set tasks (EXT-2).
        ClientManager = "client_manager",
    }
}

/// A project of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: ProjectId,
    /// Counts up per account; people say this number, and `project+<number>@` is its address (ADR-5).
    pub number: i64,
    pub name: String,
    pub description: String,
    pub status: ProjectStatus,
    /// The contact whom the work is about; new tasks inherit him (CT-4).
    pub counterparty_id: Option<PersonId>,
    /// Clients see it only where they have a task in it (EXT-1).
    pub is_hidden_from_clients: bool,
    pub created_at: Timestamp,
    pub version: i64,
}
