//! Tasks: statuses, roles, and what a role may do. What a task's status is where several people do it: [`standing`];
//! the statuses that accounts make for themselves: [`custom`]; what new tasks begin as: [`template`].

pub mod custom;
pub mod standing;
pub mod template;

use std::collections::BTreeSet;

use self::custom::ShownStatus;
use crate::{
    Timestamp,
    account::Role,
    id::{IncomingMailId, PersonId, ProjectId, TaskId, TaskStatusId},
    named::named,
    refusal::{Code, Refusal},
};

named! {
    /// Standard statuses (STA-1).
    pub enum TaskStatus {
        Draft = "draft",
        New = "new",
        InProgress = "in_progress",
        Done = "done",
        Completed = "completed",
        Rejected = "rejected",
        Deferred = "deferred",
        Cancelled = "cancelled",
    }
}

impl TaskStatus {
    /// Completed, rejected and cancelled tasks are closed.
    pub const fn is_active(self) -> bool {
        !matches!(self, Self::Completed | Self::Rejected | Self::Cancelled)
    }
}

named! {
    pub enum Priority {
        Low = "low",
        Normal = "normal",
        Urgent = "urgent",
    }
}

named! {
    /// What a person is in a task.
    pub enum TaskRole {
        /// Exactly one (ROL-1).
        Assigner = "assigner",
        Assignee = "assignee",
        Participant = "participant",
        Auditor = "auditor",
    }
}

/// A task with its people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub id: TaskId,
    /// Counts up per account; people say this number (ADR-5).
    pub number: i64,
    pub title: String,
    /// Sanitized HTML.
    pub description_html: String,
    pub description_text: String,
    pub status: TaskStatus,
    /// The account's own, which counts as that one.
    pub custom_status_id: Option<TaskStatusId>,
    pub priority: Priority,
    pub start_at: Option<Timestamp>,
    pub deadline: Option<Timestamp>,
    pub parent_id: Option<TaskId>,
    pub project_id: Option<ProjectId>,
    /// The contact whom the work is about (CT-1).
    pub counterparty_id: Option<PersonId>,
    /// Open to those of the counterparty's contacts who see their companies' tasks (EXT-9).
    pub company_access: bool,
    /// The mail that it began with.
    pub incoming_mail_id: Option<IncomingMailId>,
    pub created_by: PersonId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub version: i64,
}

impl Task {
    /// With another status; it is closed when the status is, and opened with it. One of the account's own stays while it
    /// counts as that one.
    #[must_use]
    pub fn with_status(self, status: TaskStatus, now: Timestamp) -> Self {
        let closed_at = if status.is_active() { None } else { self.closed_at.or(Some(now)) };
        let custom_status_id = self.custom_status_id.filter(|_| self.status == status);
        Self { status, custom_status_id, closed_at, ..self }
    }

    /// What its status is to those who look at it.
    pub const fn shown_status(&self) -> ShownStatus {
        ShownStatus { standard: self.status, custom: self.custom_status_id }
    }
}

/// What an employee wants to do with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskRight {
    /// See it and comment in it.
    View,
    ChangeStatus,
    Edit,
    /// Make people assignees or participants, and take them out (ROL-3, ROL-9).
    ChangePeople,
}

impl TaskRight {
    /// What putting people in a role and taking them out needs. An auditor controls the whole task (ROL-4), so nobody
    /// who can't edit it makes himself one.
    pub const fn to_fill(role: TaskRole) -> Self {
        match role {
            TaskRole::Assigner | TaskRole::Auditor => Self::Edit,
            TaskRole::Assignee | TaskRole::Participant => Self::ChangePeople,
        }
    }
}

/// Decides by the rights table of ROL; `roles` are the ones that the employee holds in the task.
pub fn may(right: TaskRight, employee: Role, roles: &BTreeSet<TaskRole>) -> bool {
    let holds = |wanted: &[TaskRole]| wanted.iter().any(|role| roles.contains(role));
    employee.is_admin()
        || match right {
            TaskRight::View | TaskRight::ChangePeople => !roles.is_empty(),
            TaskRight::ChangeStatus => holds(&[TaskRole::Assigner, TaskRole::Assignee, TaskRole::Auditor]),
            TaskRight::Edit => holds(&[TaskRole::Assigner, TaskRole::Auditor]),
        }
}

/// The role that a deputy is given who has none in the task: the one of these that counts most. A task has one assigner, so
/// his deputy becomes auditor, who may do the same (NTF-10). None where the absent one has no role either.
pub fn role_of_deputy(absent: &BTreeSet<TaskRole>) -> Option<TaskRole> {
    use TaskRole::{Assignee, Assigner, Auditor, Participant};
    let senior = [Assigner, Assignee, Auditor, Participant].into_iter().find(|it| absent.contains(it))?;
    Some(if senior == Assigner { Auditor } else { senior })
}

/// Refuses to let somebody accept or reject a task that he does not do, or that has another `status` for him and waits for no
/// answer (STA-3).
pub fn require_unanswered(status: TaskStatus, roles: &BTreeSet<TaskRole>) -> Result<(), Refusal> {
    if !roles.contains(&TaskRole::Assignee) {
        return Err(Refusal::forbidden("Only its assignees accept or reject a task."));
    }
    if status != TaskStatus::New {
        return Err(Refusal::new(Code::TaskNotNew, "The task was answered before, or waits for no answer."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// STA-3
    #[test]
    fn an_assignee_answers_a_new_task_once() {
        let code = |status, role| require_unanswered(status, &BTreeSet::from([role])).map_err(|it| it.code);
        assert_eq!(code(TaskStatus::New, TaskRole::Assignee), Ok(()));
        for status in TaskStatus::ALL.iter().filter(|it| **it != TaskStatus::New) {
            assert_eq!(code(*status, TaskRole::Assignee), Err(Code::TaskNotNew), "{status}");
        }
        for role in [TaskRole::Assigner, TaskRole::Participant, TaskRole::Auditor] {
            assert_eq!(code(TaskStatus::New, role), Err(Code::Forbidden), "{role}");
        }
    }

    /// ROL: the rights table, a row a role.
    #[test]
    fn a_role_gives_the_rights_of_the_table() {
        use TaskRight::{ChangeStatus, Edit, View};
        #[rustfmt::skip]
        let table = [
            //                      View  Status Edit
            (TaskRole::Assigner,    true, true,  true),
            (TaskRole::Assignee,    true, true,  false),
            (TaskRole::Participant, true, false, false),
            (TaskRole::Auditor,     true, true,  true),
        ];
        for (role, view, status, edit) in table {
            let roles = BTreeSet::from([role]);
            assert_eq!(may(View, Role::Member, &roles), view, "{role}");
            assert_eq!(may(ChangeStatus, Role::Member, &roles), status, "{role}");
            assert_eq!(may(Edit, Role::Member, &roles), edit, "{role}");
        }
        assert!(!may(View, Role::Member, &BTreeSet::new()));
        assert!(may(Edit, Role::Admin, &BTreeSet::new()) && may(Edit, Role::Owner, &BTreeSet::new()));
    }

    /// NTF-10
    #[test]
    fn a_deputy_is_what_the_absent_one_is_most_of_all() {
        use TaskRole::{Assignee, Assigner, Auditor, Participant};
        for (absent, expected) in [
            (vec![], None),
            (vec![Participant], Some(Participant)),
            (vec![Participant, Auditor], Some(Auditor)),
            (vec![Auditor, Assignee], Some(Assignee)),
            (vec![Assigner, Assignee], Some(Auditor)),
        ] {
            assert_eq!(role_of_deputy(&absent.iter().copied().collect()), expected, "{absent:?}");
        }
    }
}
