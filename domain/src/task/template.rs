//! Templates: what new tasks begin as, where whoever sets them says nothing else.

use chrono::TimeDelta;

use crate::{Timestamp, named::named};

/// Most hours from the making of a task to its deadline: ten years.
pub const MAX_DEADLINE_IN_HOURS: i64 = 87_600;

named! {
    /// What a person is to the tasks of a template.
    pub enum TemplatePart {
        Assignee = "assignee",
        Participant = "participant",
        Auditor = "auditor",
        /// The contact whom the work is about (CT-1).
        Counterparty = "counterparty",
    }
}

/// The deadline of a task that is made `now`; none where a template gives no hours, or more than there are.
pub fn deadline(now: Timestamp, in_hours: Option<i64>) -> Option<Timestamp> {
    now.checked_add_signed(TimeDelta::try_hours(in_hours?)?)
}
