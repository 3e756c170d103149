//! How a task stands where several people do it: what each has made of it, and the status that the task has by that (STA-5).
//!
//! The status is the least that those have reached who did not reject the task: `new` until all have accepted it, `done`
//! when all are done, `rejected` when all have rejected it. Draft, deferred, completed and cancelled are nobody's own.

use std::collections::{BTreeMap, BTreeSet};

use super::{TaskRole, TaskStatus};
use crate::{id::PersonId, named::named};

named! {
    /// What one of several assignees has made of a task, in the order in which it goes on.
    pub enum AssigneeStatus {
        New = "new",
        InProgress = "in_progress",
        Done = "done",
        Rejected = "rejected",
    }
}

impl AssigneeStatus {
    /// None where the status is nobody's own.
    const fn of(status: TaskStatus) -> Option<Self> {
        match status {
            TaskStatus::New => Some(Self::New),
            TaskStatus::InProgress => Some(Self::InProgress),
            TaskStatus::Done => Some(Self::Done),
            TaskStatus::Rejected => Some(Self::Rejected),
            TaskStatus::Draft | TaskStatus::Deferred | TaskStatus::Completed | TaskStatus::Cancelled => None,
        }
    }

    /// What somebody has made of a task as he joins: who set it has accepted it by that (STA-3).
    fn joining(person: PersonId, assigner: Option<PersonId>) -> Self {
        if Some(person) == assigner { Self::InProgress } else { Self::New }
    }
}

impl From<AssigneeStatus> for TaskStatus {
    fn from(status: AssigneeStatus) -> Self {
        match status {
            AssigneeStatus::New => Self::New,
            AssigneeStatus::InProgress => Self::InProgress,
            AssigneeStatus::Done => Self::Done,
            AssigneeStatus::Rejected => Self::Rejected,
        }
    }
}

/// A task's status, and each assignee's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    status: TaskStatus,
    own: BTreeMap<PersonId, AssigneeStatus>,
}

impl Standing {
    /// How a task begins.
    pub fn begin(roles: &[(TaskRole, PersonId)]) -> Self {
        let of = |wanted| roles.iter().filter(move |(role, _)| *role == wanted).map(|(_, person)| *person);
        let assigner = of(TaskRole::Assigner).next();
        let own = of(TaskRole::Assignee).map(|it| (it, AssigneeStatus::joining(it, assigner))).collect();
        Self { status: common(&own).unwrap_or(TaskStatus::New), own }
    }

    /// How a task stands by what was kept: an assignee of whom nothing was is where the task is.
    pub fn of(
        status: TaskStatus,
        assignees: impl IntoIterator<Item = PersonId>,
        kept: &BTreeMap<PersonId, AssigneeStatus>,
    ) -> Self {
        let follows = AssigneeStatus::of(status).unwrap_or(AssigneeStatus::InProgress);
        let own = |it| (it, kept.get(&it).copied().unwrap_or(follows));
        Self { status, own: assignees.into_iter().map(own).collect() }
    }

    pub const fn status(&self) -> TaskStatus {
        self.status
    }

    /// Each assignee's own; nobody's where there are not several.
    pub fn own(&self) -> &BTreeMap<PersonId, AssigneeStatus> {
        const NONE: &BTreeMap<PersonId, AssigneeStatus> = &BTreeMap::new();
        if self.own.len() > 1 { &self.own } else { NONE }
    }

    /// The status that a person's answer would change.
    pub fn status_for(&self, person: PersonId) -> TaskStatus {
        let is_own = AssigneeStatus::of(self.status).is_some();
        self.own().get(&person).filter(|_| is_own).map_or(self.status, |it| (*it).into())
    }

    /// Somebody sets the status: one of several assignees his own, where he can have one; everybody else all.
    #[must_use]
    pub fn set(mut self, by: PersonId, status: TaskStatus) -> Self {
        match AssigneeStatus::of(status) {
            Some(own) if self.own().contains_key(&by) => {
                self.own.insert(by, own);
                self.settled()
            }
            _ => self.set_all(status),
        }
    }

    /// The status is everybody's.
    #[must_use]
    pub fn set_all(mut self, status: TaskStatus) -> Self {
        if let Some(own) = AssigneeStatus::of(status) {
            self.own.values_mut().for_each(|it| *it = own);
        }
        self.status = status;
        self
    }

    /// Others do the task now. Who stays has made of it what he had; who joins several has still to accept it.
    #[must_use]
    pub fn with_assignees(mut self, assignees: &BTreeSet<PersonId>, assigner: Option<PersonId>) -> Self {
        let were: BTreeSet<PersonId> = self.own.keys().copied().collect();
        if were == *assignees {
            return self;
        }
        let is_of_each = were.len() > 1 || assignees.len() > 1;
        let joining = |it: &PersonId| (*it, AssigneeStatus::joining(*it, assigner));
        let kept = |it: &PersonId| self.own.get(it).map_or_else(|| joining(it), |own| (*it, *own));
        self.own = assignees.iter().map(kept).collect();
        if is_of_each && AssigneeStatus::of(self.status).is_some() { self.settled() } else { self }
    }

    fn settled(self) -> Self {
        Self { status: common(&self.own).unwrap_or(self.status), own: self.own }
    }
}

/// The status that a task has by what each has made of it; none where nobody does it.
fn common(own: &BTreeMap<PersonId, AssigneeStatus>) -> Option<TaskStatus> {
    own.values().min().map(|it| (*it).into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use TaskStatus::{Completed, Deferred, Done, InProgress, New, Rejected};

    const ANNA: PersonId = PersonId::new(Uuid::from_u128(1));
    const BORIS: PersonId = PersonId::new(Uuid::from_u128(2));
    const OLGA: PersonId = PersonId::new(Uuid::from_u128(3));

    fn set_for(assignees: &[PersonId]) -> Standing {
        let assignees = assignees.iter().map(|it| (TaskRole::Assignee, *it));
        let roles: Vec<_> = [(TaskRole::Assigner, ANNA)].into_iter().chain(assignees).collect();
        Standing::begin(&roles)
    }

    /// STA-3, STA-5
    #[test]
    fn a_task_begins_as_new_but_for_who_sets_it_himself() {
        for (assignees, status) in
            [(&[][..], New), (&[ANNA], InProgress), (&[BORIS], New), (&[ANNA, BORIS], New)]
        {
            assert_eq!(set_for(assignees).status(), status, "{assignees:?}");
        }
        assert_eq!(set_for(&[ANNA, BORIS]).set(BORIS, InProgress).status(), InProgress);
    }

    /// STA-5
    #[test]
    fn the_last_who_has_not_rejected_a_task_decides_how_far_it_is() {
        let mut standing = set_for(&[BORIS, OLGA]);
        for (by, status, expected) in [
            (BORIS, InProgress, New),
            (OLGA, Rejected, InProgress),
            (BORIS, Done, Done),
            (OLGA, New, New),
            (OLGA, Done, Done),
            (OLGA, Rejected, Done),
            (BORIS, Rejected, Rejected),
            (OLGA, InProgress, InProgress),
            // What all have in common, and what others than the assignees say.
            (BORIS, Deferred, Deferred),
            (BORIS, InProgress, InProgress),
            (ANNA, Done, Done),
            (ANNA, Completed, Completed),
            (OLGA, New, New),
        ] {
            standing = standing.set(by, status);
            assert_eq!(standing.status(), expected, "{by} sets {status}");
        }
        assert_eq!((standing.status_for(BORIS), standing.status_for(OLGA)), (Done, New));
        let deferred = standing.set(ANNA, Deferred);
        assert_eq!(deferred.status_for(OLGA), Deferred, "nobody answers a task that waits");
    }

    /// STA-5: who joins has to accept it; who leaves holds nobody up; of one alone the task has its own status.
    #[test]
    fn who_joins_and_leaves_counts() {
        let after = |standing: Standing, assignees: &[PersonId]| {
            standing.with_assignees(&assignees.iter().copied().collect(), Some(ANNA))
        };
        let one = set_for(&[BORIS]).set(BORIS, Done);
        assert_eq!(one.own(), &BTreeMap::new());
        let two = after(one.clone(), &[BORIS, OLGA]);
        assert_eq!((two.status(), two.own().len(), two.status_for(BORIS)), (New, 2, Done));
        assert_eq!(after(two, &[BORIS]).status(), Done);
        assert_eq!(after(one.clone(), &[OLGA]).status(), Done, "one for another");
        assert_eq!(after(one.clone(), &[]).status(), Done);
        assert_eq!(after(one.clone(), &[BORIS, ANNA]).status(), InProgress);
        assert_eq!(after(one.set_all(Completed), &[BORIS, OLGA]).status(), Completed);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Set(PersonId, TaskStatus),
        Have(BTreeSet<PersonId>),
    }

    proptest! {
        /// STA-5: the status is a function of the individual ones unless it is nobody's own, and nobody's is lost by others
        /// joining and leaving, or by being kept and read.
        #[test]
        fn the_status_follows_from_the_own_ones(steps in prop::collection::vec(step(), 0..12)) {
            let mut standing = set_for(&[BORIS, OLGA]);
            for step in steps {
                let before = standing.clone();
                standing = match step.clone() {
                    Step::Set(by, status) => standing.set(by, status),
                    Step::Have(people) => {
                        let after = standing.with_assignees(&people, Some(ANNA));
                        for (person, own) in &after.own {
                            prop_assert!(before.own.get(person).is_none_or(|it| it == own), "{step:?}");
                        }
                        after
                    }
                };
                let is_own = AssigneeStatus::of(standing.status()).is_some();
                if is_own && standing.own().len() > 1 {
                    prop_assert_eq!(Some(standing.status()), common(&standing.own));
                }
                let people: Vec<PersonId> = standing.own.keys().copied().collect();
                let kept = Standing::of(standing.status(), people, standing.own());
                prop_assert_eq!((kept.status(), kept.own()), (standing.status(), standing.own()));
            }
        }
    }

    fn step() -> impl Strategy<Value = Step> {
        let person = || prop::sample::select(vec![ANNA, BORIS, OLGA]);
        prop_oneof![
            (person(), prop::sample::select(TaskStatus::ALL)).prop_map(|(by, status)| Step::Set(by, status)),
            prop::collection::btree_set(person(), 0..4).prop_map(Step::Have),
        ]
    }
}
