//! The state that a received mail ends in. Every mail is in exactly one, and the causes are a closed list (R10).

use super::{
    addressed::Takes,
    matching::{MatchedBy, Place},
    settings::{IncomingSettings, ReplyToInactive},
    standing::Reputation,
};
use crate::{
    account::EmployeeStatus,
    id::{PersonId, TaskId},
    named::named,
};

named! {
    /// Where a received mail stands.
    pub enum IncomingState {
        /// Committed, not looked at yet.
        Received = "received",
        /// Became a task or comment (or was a copy of a mail that did).
        Applied = "applied",
        /// Kept for a person to decide; see the cause.
        Quarantined = "quarantined",
        /// Understood and left out for good; see the cause.
        Rejected = "rejected",
        /// A delivery report or a complaint about mail of ours.
        Bounce = "bounce",
        /// An absence notice or another robot's answer (R2).
        AutoReply = "auto_reply",
        /// Broke our own code again and again; kept, with the error, to be tried anew (R9).
        Failed = "failed",
    }
}

named! {
    /// Why a mail was quarantined or rejected.
    pub enum Cause {
        // Quarantined.
        /// Beyond a limit of size, parts, depth or headers.
        OverLimits = "over_limits",
        /// No message could be read from the bytes.
        Unparsable = "unparsable",
        /// No From address.
        NoSender = "no_sender",
        /// From names an employee, and nothing proves that he wrote it (S1).
        SpoofedEmployee = "spoofed_employee",
        /// From names an employee who doesn't work here any more (CBM-11).
        InactiveEmployee = "inactive_employee",
        /// Nobody here knows the sender, and the account takes mail of people it knows only (IN-1).
        UnknownSender = "unknown_sender",
        /// Belongs to no conversation, and was sent to where only answers are taken.
        Unmatched = "unmatched",
        /// Nobody reads what is sent to these addresses (ADR-4).
        UnknownRecipient = "unknown_recipient",
        /// Nothing in it: no text, no file (R14).
        Blank = "blank",
        /// Went around too often (R3).
        Loop = "loop",
        // Rejected.
        /// A mail of ours that came back to the account that sent it.
        OwnMail = "own_mail",
        /// A mail robot's message that is no readable report.
        Robot = "robot",
        /// Its sender was blocked (SPM-2).
        BlockedSender = "blocked_sender",
        /// Its sender is a contact who was marked as a spammer (SPM-2).
        Spam = "spam",
    }
}

impl Cause {
    pub const fn state(self) -> IncomingState {
        match self {
            Self::OwnMail | Self::Robot | Self::BlockedSender | Self::Spam => IncomingState::Rejected,
            Self::OverLimits
            | Self::Unparsable
            | Self::NoSender
            | Self::SpoofedEmployee
            | Self::InactiveEmployee
            | Self::UnknownSender
            | Self::Unmatched
            | Self::UnknownRecipient
            | Self::Blank
            | Self::Loop => IncomingState::Quarantined,
        }
    }
}

/// What kind of mail it is, as its headers and form say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// Beyond a limit, so it was not read.
    OverLimits,
    /// No message could be read from the bytes.
    Unparsable,
    Message,
    AutoReply,
    /// A delivery report; readable where it names a recipient or the mail that it is about.
    Bounce {
        is_readable: bool,
    },
    Complaint,
}

/// Who From names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// There is no address, or one of our own that is nobody's.
    Nobody,
    /// A mail server's own name, such as MAILER-DAEMON, where the account does not take its mail (IN-7).
    Robot,
    Employee {
        id: PersonId,
        status: EmployeeStatus,
    },
    Contact {
        id: PersonId,
    },
    Stranger,
}

/// What is known of a mail when its state is decided.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own; they exclude nothing")]
pub struct Facts<'a> {
    pub settings: &'a IncomingSettings,
    pub kind: MailKind,
    /// Carries a Message-ID that we made, or the hop mark of this very account.
    pub own_mail: bool,
    /// How often it went through systems like ours.
    pub hops: u32,
    pub sender: Sender,
    pub reputation: Reputation,
    /// Whether an employee named in From may be believed.
    pub authentic: bool,
    pub place: Option<(MatchedBy, Place)>,
    /// The task of the place is completed, rejected or cancelled.
    pub is_closed: bool,
    /// What the addresses take that it was sent to.
    pub takes: Takes,
    pub has_content: bool,
    /// Whether the subject says something.
    pub has_subject: bool,
}

/// Largest mail that is taken, in bytes (product §9).
pub const MAX_MAIL_BYTES: usize = 25 * 1024 * 1024;
/// More hops than this are a loop (R3).
pub const MAX_HOPS: u32 = 5;

/// What becomes of the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Add a comment at the place.
    Comment { matched_by: MatchedBy, place: Place },
    /// Begin a task with it (TBM-1), perhaps one that goes on where a closed one ended (INA-1).
    NewTask { follows: Option<TaskId> },
    /// Keep it and change nothing.
    Keep { state: IncomingState, cause: Option<Cause> },
}

/// Decides by the order of product §5: reports and robots first, then loops, then who wrote, then where it belongs.
pub fn decide(facts: &Facts<'_>) -> Verdict {
    objection(facts).unwrap_or_else(|| destination(facts))
}

/// What the mail is instead of a comment, or why it is kept.
fn objection(facts: &Facts<'_>) -> Option<Verdict> {
    let settled = |state| Some(Verdict::Keep { state, cause: None });
    match facts.kind {
        MailKind::OverLimits => return Some(keep(Cause::OverLimits)),
        MailKind::Unparsable => return Some(keep(Cause::Unparsable)),
        MailKind::Message | MailKind::AutoReply if facts.own_mail => return Some(keep(Cause::OwnMail)),
        MailKind::Bounce { is_readable: true } | MailKind::Complaint => {
            return settled(IncomingState::Bounce);
        }
        MailKind::Bounce { is_readable: false } if !facts.settings.accept_robots => {
            return Some(keep(Cause::Robot));
        }
        MailKind::AutoReply => return settled(IncomingState::AutoReply),
        MailKind::Bounce { is_readable: false } | MailKind::Message => {}
    }
    if facts.hops > MAX_HOPS {
        return Some(keep(Cause::Loop));
    }
    let refusal = facts.reputation.refusal(facts.sender).or(match facts.sender {
        Sender::Nobody => Some(Cause::NoSender),
        Sender::Robot => Some(Cause::Robot),
        Sender::Employee { status: EmployeeStatus::Invited | EmployeeStatus::Inactive, .. } => {
            Some(Cause::InactiveEmployee)
        }
        Sender::Employee { .. } if !facts.authentic => Some(Cause::SpoofedEmployee),
        Sender::Stranger if facts.settings.known_senders_only && !facts.reputation.is_trusted() => {
            Some(Cause::UnknownSender)
        }
        Sender::Employee { .. } | Sender::Contact { .. } | Sender::Stranger => None,
    });
    refusal.map(keep)
}

/// Where the mail goes, whatever speaks against it.
pub(super) fn destination(facts: &Facts<'_>) -> Verdict {
    match facts.place {
        None => match facts.takes {
            Takes::Tasks if facts.has_content || facts.has_subject => Verdict::NewTask { follows: None },
            Takes::Tasks => keep(Cause::Blank),
            Takes::Answers => keep(Cause::Unmatched),
            Takes::Nothing => keep(Cause::UnknownRecipient),
        },
        Some(_) if !facts.has_content => keep(Cause::Blank),
        Some((_, place))
            if facts.is_closed && facts.settings.reply_to_inactive == ReplyToInactive::NewTask =>
        {
            Verdict::NewTask { follows: Some(place.task) }
        }
        Some((matched_by, place)) => Verdict::Comment { matched_by, place },
    }
}

const fn keep(cause: Cause) -> Verdict {
    Verdict::Keep { state: cause.state(), cause: Some(cause) }
}

/// Whether nobody but a mail server writes under this local part (RFC 5321 §6.1, RFC 2142 §5).
pub fn is_robot(local_part: &str) -> bool {
    ["mailer-daemon", "postmaster"].iter().any(|it| local_part.eq_ignore_ascii_case(it))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use uuid::Uuid;

    use super::*;
    use crate::inbound::standing::SenderStanding;

    fn person() -> PersonId {
        PersonId::new(Uuid::from_u128(1))
    }

    static DEFAULTS: LazyLock<IncomingSettings> = LazyLock::new(IncomingSettings::default);

    fn answer() -> Facts<'static> {
        let place = Place { task: TaskId::new(Uuid::from_u128(7)), comment: None };
        Facts {
            settings: &DEFAULTS,
            kind: MailKind::Message,
            own_mail: false,
            hops: 0,
            sender: Sender::Contact { id: person() },
            reputation: Reputation::default(),
            authentic: false,
            place: Some((MatchedBy::ReplyToken, place)),
            is_closed: false,
            takes: Takes::Answers,
            has_content: true,
            has_subject: true,
        }
    }

    #[track_caller]
    fn check(facts: Facts<'_>, state: IncomingState, cause: Option<Cause>) {
        assert_eq!(decide(&facts), Verdict::Keep { state, cause }, "{facts:?}");
    }

    #[test]
    fn an_answer_of_a_contact_or_a_stranger_becomes_a_comment() {
        for sender in [Sender::Contact { id: person() }, Sender::Stranger] {
            assert!(matches!(decide(&Facts { sender, ..answer() }), Verdict::Comment { .. }), "{sender:?}");
        }
    }

    /// IN-1
    #[test]
    fn a_stranger_is_not_heard_where_only_known_people_are() {
        let settings = &IncomingSettings { known_senders_only: true, ..IncomingSettings::default() };
        let facts = Facts { settings, sender: Sender::Stranger, ..answer() };
        check(facts, IncomingState::Quarantined, Some(Cause::UnknownSender));
        assert!(matches!(decide(&Facts { settings, ..answer() }), Verdict::Comment { .. }));
        let trusted = Reputation { standing: Some(SenderStanding::Trusted), ..Reputation::default() };
        let facts = Facts { settings, sender: Sender::Stranger, reputation: trusted, ..answer() };
        assert!(matches!(decide(&facts), Verdict::Comment { .. }));
    }

    /// IN-2, INA-1: by default a closed task takes its answers.
    #[test]
    fn an_answer_to_a_closed_task_begins_a_new_one_where_the_account_wants_that() {
        let closed = Facts { is_closed: true, ..answer() };
        assert!(matches!(decide(&closed), Verdict::Comment { .. }));
        let settings = &IncomingSettings { reply_to_inactive: ReplyToInactive::NewTask, ..DEFAULTS.clone() };
        let follows = Some(TaskId::new(Uuid::from_u128(7)));
        assert_eq!(decide(&Facts { settings, ..closed }), Verdict::NewTask { follows });
        assert!(matches!(decide(&Facts { settings, ..answer() }), Verdict::Comment { .. }));
    }

    /// IN-7
    #[test]
    fn a_robot_is_heard_where_the_account_wants_it() {
        let settings = &IncomingSettings { accept_robots: true, ..IncomingSettings::default() };
        let kind = MailKind::Bounce { is_readable: false };
        let facts = Facts { settings, kind, sender: Sender::Stranger, ..answer() };
        assert!(matches!(decide(&facts), Verdict::Comment { .. }));
        let readable = Facts { kind: MailKind::Bounce { is_readable: true }, ..facts };
        check(readable, IncomingState::Bounce, None);
    }

    /// R2, R3, R5, R14, S1, CBM-11: what is not applied, and why.
    #[test]
    fn what_is_not_applied_has_a_state_and_a_cause() {
        use IncomingState::{Quarantined, Rejected};
        let employee = |status| Sender::Employee { id: person(), status };
        check(Facts { kind: MailKind::OverLimits, ..answer() }, Quarantined, Some(Cause::OverLimits));
        check(Facts { kind: MailKind::Unparsable, ..answer() }, Quarantined, Some(Cause::Unparsable));
        check(
            Facts { kind: MailKind::Bounce { is_readable: true }, ..answer() },
            IncomingState::Bounce,
            None,
        );
        check(
            Facts { kind: MailKind::Bounce { is_readable: false }, ..answer() },
            Rejected,
            Some(Cause::Robot),
        );
        check(Facts { sender: Sender::Robot, ..answer() }, Rejected, Some(Cause::Robot));
        check(Facts { kind: MailKind::Complaint, ..answer() }, IncomingState::Bounce, None);
        check(Facts { kind: MailKind::AutoReply, ..answer() }, IncomingState::AutoReply, None);
        for kind in [MailKind::Message, MailKind::AutoReply] {
            check(Facts { own_mail: true, kind, ..answer() }, Rejected, Some(Cause::OwnMail));
        }
        let spammer = Reputation { is_spammer: true, ..Reputation::default() };
        check(Facts { reputation: spammer, ..answer() }, Rejected, Some(Cause::Spam));
        check(Facts { hops: 6, ..answer() }, Quarantined, Some(Cause::Loop));
        check(Facts { sender: Sender::Nobody, ..answer() }, Quarantined, Some(Cause::NoSender));
        check(
            Facts { sender: employee(EmployeeStatus::Inactive), authentic: true, ..answer() },
            Quarantined,
            Some(Cause::InactiveEmployee),
        );
        check(
            Facts { sender: employee(EmployeeStatus::Active), ..answer() },
            Quarantined,
            Some(Cause::SpoofedEmployee),
        );
        check(Facts { place: None, ..answer() }, Quarantined, Some(Cause::Unmatched));
        check(Facts { has_content: false, ..answer() }, Quarantined, Some(Cause::Blank));
        let unknown = Facts { place: None, takes: Takes::Nothing, ..answer() };
        check(unknown, Quarantined, Some(Cause::UnknownRecipient));
        let blank =
            Facts { place: None, takes: Takes::Tasks, has_content: false, has_subject: false, ..answer() };
        check(blank, Quarantined, Some(Cause::Blank));
    }

    /// TBM-1, TBM-12: a subject alone is a task.
    #[test]
    fn what_belongs_to_no_conversation_begins_a_task_where_tasks_are_taken() {
        let new = Facts { place: None, takes: Takes::Tasks, ..answer() };
        for facts in [new, Facts { has_content: false, ..new }, Facts { has_subject: false, ..new }] {
            assert_eq!(decide(&facts), Verdict::NewTask { follows: None }, "{facts:?}");
        }
        let answer = Facts { takes: Takes::Tasks, ..answer() };
        assert!(matches!(decide(&answer), Verdict::Comment { .. }));
    }
}
