//! What leaves over which mirror.
//!
//! One rule stands above all: a comment leaves for another account only where somebody linked to that account was
//! addressed in it, or sees it as he joins (LINK-1, LINK-4); and none goes back to where it came from.

use std::collections::BTreeSet;

use super::state::MirrorState;
use crate::{
    id::{AccountId, PersonId, StreamId},
    task::TaskRole,
    visibility::{Scope, Visible},
};

/// A task's mirror, and whom of ours it is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    pub id: StreamId,
    pub peer: AccountId,
    pub state: MirrorState,
    /// Those who have consented.
    pub joined: Vec<PersonId>,
}

/// A comment with what decides where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    pub seen: Visible<'a>,
    /// The accounts that it came through; empty for what was written here.
    pub path: &'a [AccountId],
    /// The mirrors that it crossed, either way.
    pub crossed: &'a [StreamId],
}

impl Candidate<'_> {
    /// Whether it could leave over this mirror at all: never twice, never back, never in a circle.
    fn may_cross(&self, mirror: &Mirror) -> bool {
        mirror.state == MirrorState::Open
            && !self.crossed.contains(&mirror.id)
            && !self.path.contains(&mirror.peer)
            && self.path.len() < super::wire::MAX_PATH
    }
}

/// Decides over which mirrors a new comment leaves: those with somebody whom it is addressed to (LINKM-2). One whose sender
/// is not confirmed waits (R17).
pub fn decide_comment<'a>(comment: Candidate<'_>, mirrors: &'a [Mirror]) -> Vec<&'a Mirror> {
    let is_addressed = |it: &PersonId| *it != comment.seen.author && comment.seen.audience.contains(it);
    let is_meant = |mirror: &&Mirror| {
        !comment.seen.unrecognized_sender
            && !comment.seen.held
            && comment.may_cross(mirror)
            && mirror.joined.iter().any(is_addressed)
    };
    mirrors.iter().filter(is_meant).collect()
}

/// Whether an earlier comment crosses as somebody joins: what he sees and has not crossed (LINKM-1).
pub fn is_history_for(person: PersonId, comment: Candidate<'_>, mirror: &Mirror) -> bool {
    comment.may_cross(mirror) && Scope::contact(person).allows(&comment.seen)
}

/// Whether what somebody with these roles changes is told to linked accounts (LINKM-8).
pub fn may_transmit(roles: &BTreeSet<TaskRole>) -> bool {
    roles.iter().any(|it| matches!(it, TaskRole::Assigner | TaskRole::Assignee | TaskRole::Participant))
}

/// Whether the checklist is shared with a peer: those who set and do the task are of both accounts (LINKM-7). `in_charge` are
/// the accounts of the assigner and the assignees, none for our own; both sides come to the same.
pub fn shares_checklist(peer: AccountId, in_charge: &[Option<AccountId>]) -> bool {
    in_charge.contains(&Some(peer)) && in_charge.iter().any(|it| *it != Some(peer))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const AUTHOR: PersonId = PersonId::new(Uuid::from_u128(1));
    const LINKED: PersonId = PersonId::new(Uuid::from_u128(2));
    const OTHER: PersonId = PersonId::new(Uuid::from_u128(3));
    const PEER: AccountId = AccountId::new(Uuid::from_u128(4));
    const MIRROR: StreamId = StreamId::new(Uuid::from_u128(5));

    fn mirror(state: MirrorState) -> Mirror {
        Mirror { id: MIRROR, peer: PEER, state, joined: vec![LINKED] }
    }

    fn comment(author: PersonId, audience: &[PersonId]) -> Candidate<'_> {
        let seen = Visible {
            author,
            audience,
            hidden: false,
            unrecognized_sender: false,
            held: false,
            concerns_company: false,
        };
        Candidate { seen, path: &[], crossed: &[] }
    }

    #[track_caller]
    fn check(comment: Candidate<'_>, state: MirrorState, crosses: bool, is_history: bool) {
        let mirrors = [mirror(state)];
        assert_eq!(decide_comment(comment, &mirrors).len(), usize::from(crosses), "{comment:?}");
        assert_eq!(is_history_for(LINKED, comment, &mirrors[0]), is_history, "{comment:?}");
    }

    /// LINK-1, LINK-4, LINKM-1, LINKM-2
    #[test]
    fn only_what_is_addressed_crosses() {
        use MirrorState::{Cut, Open};
        check(comment(AUTHOR, &[LINKED]), Open, true, true);
        check(comment(AUTHOR, &[OTHER]), Open, false, false);
        check(comment(AUTHOR, &[]), Open, false, false);
        // What he wrote himself, by mail perhaps, comes along and is told to nobody.
        check(comment(LINKED, &[AUTHOR]), Open, false, true);
        check(comment(LINKED, &[LINKED]), Open, false, true);
        check(comment(AUTHOR, &[LINKED]), Cut, false, false);
    }

    /// R17, R40: strangers wait, and nothing echoes.
    #[test]
    fn nothing_crosses_twice_or_back() {
        use MirrorState::Open;
        let addressed = comment(AUTHOR, &[LINKED]);
        check(Candidate { crossed: &[MIRROR], ..addressed }, Open, false, false);
        check(Candidate { path: &[PEER], ..addressed }, Open, false, false);
        let seen = Visible { unrecognized_sender: true, ..addressed.seen };
        check(Candidate { seen, ..addressed }, Open, false, false);
    }

    /// LINKM-8
    #[test]
    fn changes_of_those_without_a_part_stay_at_home() {
        use TaskRole::{Assignee, Assigner, Auditor, Participant};
        for role in [Assigner, Assignee, Participant] {
            assert!(may_transmit(&BTreeSet::from([role, Auditor])));
        }
        assert!(!may_transmit(&BTreeSet::from([Auditor])) && !may_transmit(&BTreeSet::new()));
    }

    /// LINKM-7
    #[test]
    fn a_checklist_is_shared_where_both_accounts_set_and_do_the_task() {
        let (peer, other) = (Some(PEER), Some(AccountId::new(Uuid::from_u128(6))));
        assert!(shares_checklist(PEER, &[None, peer]) && shares_checklist(PEER, &[peer, other]));
        assert!(!shares_checklist(PEER, &[None, None]) && !shares_checklist(PEER, &[peer, peer]));
        assert!(!shares_checklist(PEER, &[]) && !shares_checklist(PEER, &[None, other]));
    }
}
