//! What an administrator may have done with a mail that was kept (product §5: quarantine).

use super::{
    matching::{MatchedBy, Place},
    verdict::{Cause, Facts, IncomingState, MailKind, Sender, Verdict, decide as decide_alone, destination},
};
use crate::id::TaskId;

/// The word of an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Apply it where it belongs, although the cause stands. Its author is whoever From names.
    Release,
    /// Add it to this task.
    Attach(TaskId),
}

/// Decides what becomes of a mail that somebody released or attached. Where nothing can be read, or nobody is named as its
/// author, or it belongs nowhere, releasing it leaves it as it is; attaching works with any mail.
pub fn decide(order: Order, facts: &Facts<'_>) -> Verdict {
    match order {
        Order::Attach(task) => {
            Verdict::Comment { matched_by: MatchedBy::None, place: Place { task, comment: None } }
        }
        Order::Release if is_readable(facts.kind) && has_author(facts.sender) => {
            destination(&Facts { has_content: true, ..*facts })
        }
        Order::Release => decide_alone(facts),
    }
}

const fn is_readable(kind: MailKind) -> bool {
    !matches!(kind, MailKind::OverLimits | MailKind::Unparsable)
}

/// Whether From names somebody who can have written.
pub const fn has_author(sender: Sender) -> bool {
    !matches!(sender, Sender::Nobody | Sender::Robot)
}

/// Whether a mail that stands so waits for such a word. What was rejected for its sender does, because he may have been
/// blocked by mistake (SPM-3).
pub const fn may_be_ordered(state: IncomingState, cause: Option<Cause>) -> bool {
    match state {
        IncomingState::Quarantined => true,
        IncomingState::Rejected => matches!(cause, Some(Cause::BlockedSender | Cause::Spam)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use uuid::Uuid;

    use super::*;
    use crate::{
        account::EmployeeStatus,
        id::PersonId,
        inbound::{addressed::Takes, settings::IncomingSettings, standing::Reputation},
    };

    const HERE: Place = Place { task: TaskId::new(Uuid::from_u128(7)), comment: None };
    const THERE: TaskId = TaskId::new(Uuid::from_u128(8));

    static DEFAULTS: LazyLock<IncomingSettings> = LazyLock::new(IncomingSettings::default);

    fn spoofed() -> Facts<'static> {
        Facts {
            settings: &DEFAULTS,
            kind: MailKind::Message,
            own_mail: false,
            hops: 9,
            sender: Sender::Employee {
                id: PersonId::new(Uuid::from_u128(1)),
                status: EmployeeStatus::Inactive,
            },
            reputation: Reputation::default(),
            authentic: false,
            place: Some((MatchedBy::ReplyToken, HERE)),
            takes: Takes::Nothing,
            is_closed: false,
            has_content: false,
            has_subject: true,
        }
    }

    #[test]
    fn a_released_mail_goes_where_it_belongs_whatever_spoke_against_it() {
        let expected = Verdict::Comment { matched_by: MatchedBy::ReplyToken, place: HERE };
        assert_eq!(decide(Order::Release, &spoofed()), expected);
        let to_anna = Facts { place: None, takes: Takes::Tasks, ..spoofed() };
        assert_eq!(decide(Order::Release, &to_anna), Verdict::NewTask { follows: None });
    }

    #[test]
    fn what_nobody_wrote_or_what_belongs_nowhere_can_only_be_attached() {
        for facts in [
            Facts { place: None, ..spoofed() },
            Facts { sender: Sender::Nobody, ..spoofed() },
            Facts { kind: MailKind::Unparsable, ..spoofed() },
        ] {
            assert!(matches!(decide(Order::Release, &facts), Verdict::Keep { .. }), "{facts:?}");
            let attached = decide(Order::Attach(THERE), &facts);
            let place = Place { task: THERE, comment: None };
            assert_eq!(attached, Verdict::Comment { matched_by: MatchedBy::None, place });
        }
    }

    /// SPM-3
    #[test]
    fn what_is_settled_for_good_takes_no_order() {
        assert!(may_be_ordered(IncomingState::Quarantined, Some(Cause::Loop)));
        assert!(may_be_ordered(IncomingState::Rejected, Some(Cause::Spam)));
        assert!(!may_be_ordered(IncomingState::Rejected, Some(Cause::OwnMail)));
        assert!(!may_be_ordered(IncomingState::Applied, None));
    }
}
