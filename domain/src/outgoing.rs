//! The life of a message on its way to one recipient.

use std::time::Duration;

use crate::{
    account::Login,
    inbound::address::LocalPart,
    named::named,
    suppression::SuppressionCause,
    task::{TaskStatus, custom::ShownStatus},
};

named! {
    /// Why a mail leaves (TPL-1).
    pub enum MailKind {
        /// The contact was made assignee (type 1, CLI-7).
        NewTask = "new_task",
        /// A comment was addressed to the contact (type 2, CLI-2).
        NewComment = "new_comment",
        /// His mail began a task (type 3).
        TaskFromMail = "task_from_mail",
        /// An assignee took on a task that the contact set (type 4).
        TaskAccepted = "task_accepted",
        /// A task that the contact set has another status (type 5).
        StatusChanged = "status_changed",
        /// He asked for a way into the portal (DASH-3).
        PortalLink = "portal_link",
        /// An employee is told of what he chose to be told by mail (NTF-2).
        StaffNotice = "staff_notice",
    }
}

impl MailKind {
    /// Whether no person wrote it.
    pub const fn is_automatic(self) -> bool {
        match self {
            Self::NewTask | Self::NewComment => false,
            Self::TaskFromMail
            | Self::TaskAccepted
            | Self::StatusChanged
            | Self::PortalLink
            | Self::StaffNotice => true,
        }
    }

    /// Whether its recipient can end it: nobody wrote it, and he did not ask for it (R37).
    pub const fn can_be_ended(self) -> bool {
        self.is_automatic() && !matches!(self, Self::PortalLink)
    }

    /// Whether its recipient caused it himself (RFC 3834 §3).
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::TaskFromMail | Self::PortalLink)
    }

    /// Whether it tells of a status of the task.
    pub const fn tells_status(self) -> bool {
        matches!(self, Self::TaskAccepted | Self::StatusChanged)
    }

    /// One subject for all mails of a task, so that mail programs keep them together (TPL-4).
    pub fn subject(self, title: &str) -> String {
        match self {
            Self::NewComment => format!("Re: {title}"),
            Self::NewTask
            | Self::TaskFromMail
            | Self::TaskAccepted
            | Self::StatusChanged
            | Self::PortalLink
            | Self::StaffNotice => title.to_owned(),
        }
    }
}

/// What the contact who set a task may be told of its new status: of these the first that the account has switched on
/// (CLI-4, TPL-1). A draft is nobody's business but its maker's.
pub fn notices_of_status(before: ShownStatus, after: ShownStatus, by_assignee: bool) -> &'static [MailKind] {
    if before == after {
        return &[];
    }
    match (before.standard, after.standard) {
        (TaskStatus::Draft, _) | (_, TaskStatus::Draft) => &[],
        (TaskStatus::New, TaskStatus::InProgress) if by_assignee => {
            &[MailKind::TaskAccepted, MailKind::StatusChanged]
        }
        _ => &[MailKind::StatusChanged],
    }
}

/// Who a mail is from, in the eyes of the one who gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub name: String,
    pub address: LocalPart,
}

/// Decides From: an employee writes from his internal address (OUT-1); what a contact wrote goes on to others from the
/// task's address, in his and the account's name (CLI-6). Nobody's own address leaves (R25).
pub fn decide_sender(author: &str, login: Option<Login>, account_title: &str, task_number: i64) -> Sender {
    match login {
        Some(login) => Sender { name: author.to_owned(), address: LocalPart::Mailbox(login) },
        None => Sender { name: format!("{author} ({account_title})"), address: LocalPart::Task(task_number) },
    }
}

/// Decides From of what nobody wrote: the account, at the task's address.
pub fn decide_automatic_sender(account_title: &str, task_number: i64) -> Sender {
    Sender { name: account_title.to_owned(), address: LocalPart::Task(task_number) }
}

named! {
    /// Where a message stands on its way to one recipient.
    pub enum RecipientState {
        /// Waits for its first attempt.
        Queued = "queued",
        /// Waits for a window or a limit, not for a worker.
        Held = "held",
        /// An attempt is under way, or a crash cut it.
        Sending = "sending",
        /// The next server took it.
        Accepted = "accepted",
        /// Refused for now; there will be another attempt.
        Deferred = "deferred",
        /// Refused for good by a server.
        Bounced = "bounced",
        /// Given up, or could not be composed.
        Failed = "failed",
        /// Not sent because the address must not be written to.
        Suppressed = "suppressed",
        /// An attempt was cut twice before its result was known; sent no more by itself.
        Unknown = "unknown",
    }
}

named! {
    /// Whether a refusal will pass.
    pub enum BounceClass {
        Hard = "hard",
        Soft = "soft",
    }
}

named! {
    /// A line of a message's delivery history.
    pub enum DeliveryEventType {
        Queued = "queued",
        Held = "held",
        Accepted = "accepted",
        Deferred = "deferred",
        Bounced = "bounced",
        Failed = "failed",
        Suppressed = "suppressed",
        Unknown = "unknown",
        Opened = "opened",
        Answered = "answered",
        /// Another server reported that it still tries.
        Delayed = "delayed",
        /// Another server reported that it was delivered, or passed on.
        Delivered = "delivered",
        /// The recipient complained of it.
        Complained = "complained",
    }
}

named! {
    /// Why a person in the audience got nothing.
    pub enum SkipReason {
        /// The contact has no e-mail address.
        NoAddress = "no_address",
        /// Another person of the audience has the same address and got the mail (R8).
        SameAddress = "same_address",
        /// The employee does not work here any more (NTF-9).
        InactiveEmployee = "inactive_employee",
        /// The sender of the comment is not confirmed yet (R17).
        UnconfirmedSender = "unconfirmed_sender",
        /// The account tells contacts of no such thing (TPL-1).
        NoticeDisabled = "notice_disabled",
        /// The employee wants to be told nothing of the kind, or of the task (NTF-6).
        Muted = "muted",
        /// He is somebody of another account who can't be asked, or links to it may not be made (LINKR-3).
        NotLinked = "not_linked",
    }
}

/// What one attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The server's words.
    Accepted { reply: String },
    /// 4xx, or no connection.
    Transient { reply: String },
    /// 5xx. `of_recipient` where it was his address that was refused.
    Permanent { reply: String, class: BounceClass, of_recipient: bool },
    /// The message could not be made; sending again would not help.
    Impossible { reason: String },
    /// It was handed over and the answer never came: it may have been accepted (R6).
    Cut { reason: String },
}

/// What follows from an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterAttempt {
    pub state: RecipientState,
    pub event: DeliveryEventType,
    pub bounce_class: Option<BounceClass>,
    /// No more mail leaves to the address for this.
    pub suppression: Option<SuppressionCause>,
    /// Whether the attempt counts as cut.
    pub is_cut: bool,
    /// How long to wait for the next attempt; none where there is none.
    pub retry_in: Option<Duration>,
    pub detail: String,
}

/// Decides what follows from attempt number `attempt` (from 1): none after acceptance or a 5xx, else retries that
/// thin out over five days (product §4, OUT-13). After an attempt that was cut the message leaves once more, and no more
/// where `cut_before` (R6).
pub fn decide_after(attempt: i64, cut_before: bool, result: Attempt) -> AfterAttempt {
    use DeliveryEventType as Event;
    use RecipientState as State;
    let settled = |state, event, bounce_class, detail| AfterAttempt {
        state,
        event,
        bounce_class,
        suppression: None,
        is_cut: false,
        retry_in: None,
        detail,
    };
    let deferred = |retry_in, detail| AfterAttempt {
        retry_in: Some(retry_in),
        ..settled(State::Deferred, Event::Deferred, None, detail)
    };
    match result {
        Attempt::Accepted { reply } => settled(State::Accepted, Event::Accepted, None, reply),
        Attempt::Permanent { reply, class, of_recipient } => AfterAttempt {
            suppression: (of_recipient && class == BounceClass::Hard).then_some(SuppressionCause::HardBounce),
            ..settled(State::Bounced, Event::Bounced, Some(class), reply)
        },
        Attempt::Impossible { reason } => settled(State::Failed, Event::Failed, None, reason),
        Attempt::Transient { reply } => match retry_after(attempt) {
            Some(delay) => deferred(delay, reply),
            None => settled(State::Failed, Event::Failed, Some(BounceClass::Soft), reply),
        },
        Attempt::Cut { reason } if cut_before => {
            AfterAttempt { is_cut: true, ..settled(State::Unknown, Event::Unknown, None, reason) }
        }
        Attempt::Cut { reason } => AfterAttempt { is_cut: true, ..deferred(Duration::from_mins(1), reason) },
    }
}

/// What to do with a message when its turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Make an attempt.
    Send,
    /// The last attempt was cut by a crash: send once more under the same Message-ID (R6).
    SendAfterCut,
    /// It was cut a second time: nobody knows, and it is sent no more by itself.
    GiveUp,
    /// No mail leaves to its address any more.
    Suppress,
    /// It is settled already.
    Nothing,
}

/// Decides what to do with a message that stands at `state`; `cut_before` tells whether an earlier attempt was cut,
/// `is_suppressed` whether its address was suppressed meanwhile.
pub const fn decide_turn(state: RecipientState, cut_before: bool, is_suppressed: bool) -> Turn {
    match state {
        RecipientState::Queued | RecipientState::Held | RecipientState::Deferred if is_suppressed => {
            Turn::Suppress
        }
        RecipientState::Queued | RecipientState::Held | RecipientState::Deferred => Turn::Send,
        RecipientState::Sending if cut_before || is_suppressed => Turn::GiveUp,
        RecipientState::Sending => Turn::SendAfterCut,
        RecipientState::Accepted
        | RecipientState::Bounced
        | RecipientState::Failed
        | RecipientState::Suppressed
        | RecipientState::Unknown => Turn::Nothing,
    }
}

impl RecipientState {
    /// Whether somebody may have it sent once more: it did not arrive, or nobody knows, and no server refused it for
    /// good.
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Deferred | Self::Failed | Self::Unknown)
    }
}

/// The wait after failed attempt number `attempt` (from 1): 1, 5, 15 min, 1 h, then 4 h each, 5 days in all.
pub fn retry_after(attempt: i64) -> Option<Duration> {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    let seconds = match attempt {
        ..=1 => MINUTE,
        2 => 5 * MINUTE,
        3 => 15 * MINUTE,
        4 => HOUR,
        5..=33 => 4 * HOUR,
        _ => return None,
    };
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OUT-1, CLI-6, R25
    #[test]
    fn nobody_writes_from_his_own_address() {
        let anna = Login::parse("anna").unwrap();
        let sender = decide_sender("Anna", Some(anna.clone()), "Acme", 7);
        assert_eq!(sender, Sender { name: "Anna".into(), address: LocalPart::Mailbox(anna) });
        let sender = decide_sender("Ivan", None, "Acme", 7);
        assert_eq!(sender, Sender { name: "Ivan (Acme)".into(), address: LocalPart::Task(7) });
    }

    /// TPL-1, CLI-4
    #[test]
    fn taking_on_a_new_task_is_told_by_one_mail() {
        use TaskStatus::{Done, Draft, InProgress, New};
        for (before, after, by_assignee, notices) in [
            (New, InProgress, true, &[MailKind::TaskAccepted, MailKind::StatusChanged][..]),
            (New, InProgress, false, &[MailKind::StatusChanged]),
            (Done, InProgress, true, &[MailKind::StatusChanged]),
            (InProgress, Done, true, &[MailKind::StatusChanged]),
            (InProgress, InProgress, true, &[]),
            (Draft, New, true, &[]),
            (New, Draft, true, &[]),
        ] {
            assert_eq!(
                notices_of_status(before.into(), after.into(), by_assignee),
                notices,
                "{before} to {after}"
            );
        }
    }

    /// Product §4: retries up to five days.
    #[test]
    fn retries_thin_out_over_five_days() {
        let waits: Vec<Duration> = (1..).map_while(retry_after).collect();
        assert!(waits.is_sorted());
        let days = waits.iter().sum::<Duration>().as_secs_f64() / 86_400.0;
        assert!((4.8..=5.0).contains(&days), "{days}");
    }

    #[test]
    fn only_a_transient_refusal_is_tried_again() {
        let reply = || "server's words".to_owned();
        let after = |result| decide_after(1, false, result);
        assert_eq!(after(Attempt::Accepted { reply: reply() }).state, RecipientState::Accepted);
        let refused = |class, of_recipient| after(Attempt::Permanent { reply: reply(), class, of_recipient });
        assert_eq!(refused(BounceClass::Hard, true).bounce_class, Some(BounceClass::Hard));
        assert_eq!(refused(BounceClass::Soft, true).retry_in, None);
        assert_eq!(after(Attempt::Impossible { reason: reply() }).state, RecipientState::Failed);
        assert_eq!(after(Attempt::Transient { reply: reply() }).retry_in, Some(Duration::from_mins(1)));
        assert_eq!(
            decide_after(34, false, Attempt::Transient { reply: reply() }).state,
            RecipientState::Failed
        );
    }

    /// R4: a refusal of the message says nothing of the address.
    #[test]
    fn only_an_address_that_was_refused_for_good_is_suppressed() {
        let suppression = |class, of_recipient| {
            let refused = Attempt::Permanent { reply: "no".to_owned(), class, of_recipient };
            decide_after(1, false, refused).suppression
        };
        assert_eq!(suppression(BounceClass::Hard, true), Some(SuppressionCause::HardBounce));
        assert_eq!(suppression(BounceClass::Hard, false), None);
        assert_eq!(suppression(BounceClass::Soft, true), None);
    }

    /// R6: case (b).
    #[test]
    fn a_cut_attempt_is_repeated_at_most_once() {
        let cut = || Attempt::Cut { reason: "lost".to_owned() };
        let first = decide_after(1, false, cut());
        assert_eq!((first.state, first.retry_in), (RecipientState::Deferred, Some(Duration::from_mins(1))));
        let second = decide_after(2, true, cut());
        assert_eq!((second.state, second.retry_in), (RecipientState::Unknown, None));
        assert_eq!(decide_turn(RecipientState::Sending, false, false), Turn::SendAfterCut);
        assert_eq!(decide_turn(RecipientState::Sending, false, true), Turn::GiveUp);
        assert_eq!(decide_turn(RecipientState::Sending, true, false), Turn::GiveUp);
    }

    /// Product §4: never again after acceptance, nor after a refusal for good.
    #[test]
    fn what_is_settled_is_not_sent_again() {
        for &state in RecipientState::ALL {
            let settled = matches!(decide_turn(state, false, false), Turn::Nothing);
            assert!(
                !(settled && matches!(state, RecipientState::Queued | RecipientState::Deferred)),
                "{state}"
            );
            assert_eq!(
                decide_turn(state, true, false) == Turn::Send,
                decide_turn(state, false, false) == Turn::Send,
                "{state}"
            );
            assert_eq!(
                decide_turn(state, false, true) == Turn::Suppress,
                decide_turn(state, false, false) == Turn::Send,
                "{state}"
            );
        }
        assert_eq!(decide_turn(RecipientState::Accepted, false, false), Turn::Nothing);
        assert!(!RecipientState::Accepted.is_retryable() && !RecipientState::Bounced.is_retryable());
    }
}
