//! What a delivery report or a complaint changes: the message that it is proven to be about, and nothing else (R4, R5,
//! S5).

use crate::{
    notification::NotificationKind,
    outgoing::{BounceClass, DeliveryEventType, RecipientState},
    suppression::SuppressionCause,
};

/// By what a report is known to be about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It came to the address that this message alone was sent from (VERP).
    BounceAddress,
    /// It returns the Message-ID that this message alone has.
    MessageId,
}

impl Proof {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BounceAddress => "bounce_address",
            Self::MessageId => "message_id",
        }
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Failed(BounceClass),
    /// Another server still tries.
    Delayed,
    /// Delivered, relayed or expanded.
    Delivered,
    /// Its recipient said that it is unwanted.
    Complained,
}

/// A line of a delivery report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The keys of the addresses that it is about: where the mail was sent, and where that led.
    pub addresses: Vec<String>,
    pub fate: Fate,
    /// What the server said.
    pub detail: String,
}

/// Decides which line tells of the recipient with the address key `recipient`.
///
/// Whoever has the secret address that the message was sent from was told of it by a server that had the message; where
/// the mail was forwarded, that one names an address we don't know. A Message-ID is read by everybody whom the mail was
/// forwarded to, so it counts only beside the recipient's own name.
pub fn choose<'a>(proof: Proof, recipient: &str, lines: &'a [Reported]) -> Option<&'a Reported> {
    let own = lines.iter().find(|it| it.addresses.iter().any(|it| it == recipient));
    match proof {
        Proof::BounceAddress => own.or_else(|| lines.first()),
        Proof::MessageId => own,
    }
}

/// What follows from a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AfterReport {
    pub event: DeliveryEventType,
    /// Where the message stands from now on; none where it stays.
    pub state: Option<RecipientState>,
    pub bounce_class: Option<BounceClass>,
    pub suppression: Option<SuppressionCause>,
    /// What the author is told.
    pub notice: Option<NotificationKind>,
}

/// Decides what follows for a message that stands at `state`. A failure is told once; what was settled before stays.
pub fn decide(state: RecipientState, fate: Fate) -> AfterReport {
    let only =
        |event| AfterReport { event, state: None, bounce_class: None, suppression: None, notice: None };
    match fate {
        Fate::Delayed => only(DeliveryEventType::Delayed),
        Fate::Delivered => only(DeliveryEventType::Delivered),
        Fate::Complained => AfterReport {
            suppression: Some(SuppressionCause::Complaint),
            notice: Some(NotificationKind::MailUnwanted),
            ..only(DeliveryEventType::Complained)
        },
        Fate::Failed(class) => {
            let moves = matches!(
                state,
                RecipientState::Sending
                    | RecipientState::Accepted
                    | RecipientState::Deferred
                    | RecipientState::Unknown
            );
            AfterReport {
                state: if moves { Some(RecipientState::Bounced) } else { None },
                bounce_class: Some(class),
                suppression: match class {
                    BounceClass::Hard => Some(SuppressionCause::HardBounce),
                    BounceClass::Soft => None,
                },
                notice: if moves { Some(NotificationKind::MailFailed) } else { None },
                ..only(DeliveryEventType::Bounced)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(address: &str, fate: Fate) -> Reported {
        Reported { addresses: vec![address.to_owned()], fate, detail: String::new() }
    }

    /// S5
    #[test]
    fn a_message_id_counts_only_beside_the_recipients_name() {
        let lines = [line("olga@x.example", Fate::Delayed), line("ivan@x.example", Fate::Delivered)];
        assert_eq!(choose(Proof::MessageId, "ivan@x.example", &lines), lines.get(1));
        assert_eq!(choose(Proof::MessageId, "pyotr@x.example", &lines), None);
        assert_eq!(choose(Proof::BounceAddress, "ivan@x.example", &lines), lines.get(1));
        assert_eq!(choose(Proof::BounceAddress, "pyotr@x.example", &lines), lines.first(), "forwarded");
        assert_eq!(choose(Proof::BounceAddress, "ivan@x.example", &[]), None);
    }

    /// R4
    #[test]
    fn a_failure_is_told_once_and_what_passes_is_an_event_only() {
        let hard = decide(RecipientState::Accepted, Fate::Failed(BounceClass::Hard));
        assert_eq!(hard.state, Some(RecipientState::Bounced));
        assert_eq!(hard.suppression, Some(SuppressionCause::HardBounce));
        assert_eq!(hard.notice, Some(NotificationKind::MailFailed));
        let soft = decide(RecipientState::Accepted, Fate::Failed(BounceClass::Soft));
        assert_eq!((soft.state, soft.suppression), (Some(RecipientState::Bounced), None));
        let again = decide(RecipientState::Bounced, Fate::Failed(BounceClass::Hard));
        assert_eq!((again.state, again.notice), (None, None));
        for fate in [Fate::Delayed, Fate::Delivered] {
            let after = decide(RecipientState::Accepted, fate);
            assert_eq!((after.state, after.suppression, after.notice), (None, None, None), "{fate:?}");
        }
    }

    /// R37
    #[test]
    fn a_complaint_suppresses_the_address_and_leaves_the_message_as_it_is() {
        let after = decide(RecipientState::Accepted, Fate::Complained);
        assert_eq!((after.state, after.suppression), (None, Some(SuppressionCause::Complaint)));
    }
}
