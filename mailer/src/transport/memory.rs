//! Keeps messages in memory and fails on demand: the transport of the tests.

use std::{
    collections::HashMap,
    future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use liaison_domain::mail_address::EmailAddress;
use tokio::sync::Notify;

use super::{Accepted, Envelope, FailureClass, MailTransport, RefusedRecipient, Reply, SendError, Sending};

/// A mailbox for everybody. Clones share it, so that a test keeps one and gives the other away.
#[derive(Clone, Debug, Default)]
pub struct MemoryTransport {
    state: Arc<Mutex<State>>,
    arrived: Arc<Notify>,
}

/// One message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMail {
    pub envelope: Envelope,
    pub message: Vec<u8>,
}

/// What happens to mail for a recipient, instead of being taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misbehavior {
    /// The server refuses the recipient with this answer, for good or for now by its code.
    Refuse(Reply),
    /// The message is taken with this answer, as by providers that give it a Message-ID of theirs (R16).
    Answer(String),
    /// The server says nothing until the caller gives up.
    Hang,
    /// The connection breaks before anything was handed over.
    DropBeforeData,
    /// The message arrives, its answer is lost (R6).
    DropAfterData,
    /// The message arrives, and the server says nothing until the caller gives up (R6).
    HangAfterData,
}

#[derive(Debug, Default)]
struct State {
    sent: Vec<SentMail>,
    misbehaviors: HashMap<String, (Misbehavior, Option<u32>)>,
}

impl MemoryTransport {
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything that arrived so far, oldest first.
    pub fn sent(&self) -> Vec<SentMail> {
        self.state().sent.clone()
    }

    /// Everything that arrived since the last call.
    pub fn take(&self) -> Vec<SentMail> {
        std::mem::take(&mut self.state().sent)
    }

    /// Waits until at least `count` messages stand in [`MemoryTransport::sent`].
    pub async fn arrived(&self, count: usize) {
        loop {
            let notified = self.arrived.notified();
            if self.state().sent.len() >= count {
                return;
            }
            notified.await;
        }
    }

    /// From now on mail for `recipient` meets `misbehavior`, until [`MemoryTransport::behave`].
    pub fn misbehave(&self, recipient: &EmailAddress, misbehavior: Misbehavior) {
        self.state().misbehaviors.insert(recipient.key(), (misbehavior, None));
    }

    /// The next `times` messages for `recipient` meet `misbehavior`.
    pub fn misbehave_times(&self, recipient: &EmailAddress, misbehavior: Misbehavior, times: u32) {
        self.state().misbehaviors.insert(recipient.key(), (misbehavior, Some(times)));
    }

    /// Mail for `recipient` is taken again.
    pub fn behave(&self, recipient: &EmailAddress) {
        self.state().misbehaviors.remove(&recipient.key());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, envelope: Envelope, message: &[u8]) {
        self.state().sent.push(SentMail { envelope, message: message.to_vec() });
        self.arrived.notify_waiters();
    }
}

impl MailTransport for MemoryTransport {
    fn send<'a>(&'a self, envelope: &'a Envelope, message: &'a [u8]) -> Sending<'a> {
        Box::pin(async move {
            let mut taken = envelope.clone();
            taken.recipients.clear();
            let (mut refused, mut is_answer_lost, mut hangs) = (Vec::new(), false, false);
            let mut reply = "250 2.0.0 Ok".to_owned();
            for address in &envelope.recipients {
                let misbehavior = self.state().next_misbehavior(address);
                match misbehavior {
                    None => taken.recipients.push(address.clone()),
                    Some(Misbehavior::Refuse(reply)) => {
                        refused.push(RefusedRecipient { address: address.clone(), reply });
                    }
                    Some(Misbehavior::Answer(answer)) => {
                        reply = answer;
                        taken.recipients.push(address.clone());
                    }
                    Some(Misbehavior::Hang) => future::pending().await,
                    Some(Misbehavior::DropBeforeData) => {
                        return Err(SendError::transient(FailureClass::Lost));
                    }
                    Some(Misbehavior::DropAfterData) => {
                        is_answer_lost = true;
                        taken.recipients.push(address.clone());
                    }
                    Some(Misbehavior::HangAfterData) => {
                        hangs = true;
                        taken.recipients.push(address.clone());
                    }
                }
            }
            if taken.recipients.is_empty() {
                return Err(all_refused(refused));
            }
            self.keep(taken, message);
            if hangs {
                future::pending::<()>().await;
            }
            if is_answer_lost {
                return Err(SendError::Unknown { class: FailureClass::Lost });
            }
            Ok(Accepted { reply, refused })
        })
    }
}

impl State {
    fn next_misbehavior(&mut self, recipient: &EmailAddress) -> Option<Misbehavior> {
        let key = recipient.key();
        let (misbehavior, times) = self.misbehaviors.get_mut(&key)?;
        let misbehavior = misbehavior.clone();
        if let Some(times) = times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.misbehaviors.remove(&key);
            }
        }
        Some(misbehavior)
    }
}

/// The answer to a message that nobody is left for: for good only if it is so for each recipient.
pub(super) fn all_refused(refused: Vec<RefusedRecipient>) -> SendError {
    let decisive = refused.iter().find(|it| !it.reply.is_permanent()).or(refused.first());
    match decisive.map(|it| it.reply.clone()) {
        Some(reply) => SendError::refused(FailureClass::Recipient, reply, refused),
        None => SendError::permanent(FailureClass::Recipient),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    fn to(recipients: &[&str]) -> Envelope {
        Envelope { sender: None, recipients: recipients.iter().map(|it| address(it)).collect() }
    }

    fn no_such_user() -> Misbehavior {
        Misbehavior::Refuse(Reply::new(550, "5.1.1 no such user"))
    }

    #[tokio::test]
    async fn one_refused_recipient_keeps_the_mail_from_nobody_else() {
        let transport = MemoryTransport::new();
        transport.misbehave(&address("gone@x.example"), no_such_user());
        let accepted = transport.send(&to(&["gone@x.example", "anna@x.example"]), b"m").await.unwrap();
        assert_eq!(accepted.refused[0].address, address("gone@x.example"));
        assert_eq!(transport.take()[0].envelope, to(&["anna@x.example"]));
        assert_eq!(transport.sent(), []);
    }

    #[tokio::test]
    async fn all_recipients_refused_is_for_good_only_if_each_is() {
        let transport = MemoryTransport::new();
        transport.misbehave(&address("gone@x.example"), no_such_user());
        transport.misbehave(&address("full@x.example"), Misbehavior::Refuse(Reply::new(452, "4.2.2 full")));
        let error = transport.send(&to(&["gone@x.example", "full@x.example"]), b"m").await.unwrap_err();
        assert!(matches!(error, SendError::Transient { .. }), "{error}");
        assert_eq!(error.recipients().len(), 2);
        let error = transport.send(&to(&["gone@x.example"]), b"m").await.unwrap_err();
        assert!(matches!(error, SendError::Permanent { class: FailureClass::Recipient, .. }), "{error}");
    }

    /// R6
    #[tokio::test]
    async fn a_lost_answer_leaves_the_outcome_unknown_and_the_mail_delivered() {
        let transport = MemoryTransport::new();
        let anna = address("anna@x.example");
        transport.misbehave_times(&anna, Misbehavior::DropAfterData, 1);
        let error = transport.send(&to(&["anna@x.example"]), b"m").await.unwrap_err();
        assert_eq!(error, SendError::Unknown { class: FailureClass::Lost });
        transport.send(&to(&["anna@x.example"]), b"m").await.unwrap();
        transport.arrived(2).await;
        assert_eq!(transport.sent().len(), 2);
    }
}
