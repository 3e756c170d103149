//! One attempt: the mail is composed, handed over, and what the server said is read.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use liaison_domain::{
    id::MailboxId,
    mail_address::EmailAddress,
    outgoing::{Attempt, BounceClass},
};
use liaison_mailer::{
    parse::{self, bounce_class},
    transport::{FailureClass, MailTransport, RefusedRecipient, Reply, SendError},
};
use liaison_persistence::outgoing_mail::delivery::DeliveryRow;

use super::{Ended, Waiting, sent_copy::SentCopy};
use crate::{
    app::App,
    service::letter::{Contents, Letter, Unmade},
};

/// Longest time for one attempt; each step of SMTP has a shorter one of its own.
pub(in crate::worker::jobs) const LIMIT: Duration = Duration::from_mins(10);

/// What an attempt came to.
#[derive(Debug)]
pub(super) struct Outcome {
    /// For each recipient, in their order.
    pub(super) attempts: Vec<Attempt>,
    /// At which point it failed, where it got so far as to a server.
    pub(super) class: Option<FailureClass>,
    pub(super) way: Option<Way>,
}

/// The external mailbox that a message left by, or was to leave by.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) mailbox: MailboxId,
    /// The copy that its folder of sent mail is to have.
    pub(super) copy: Option<SentCopy>,
}

impl Outcome {
    fn of_ours(rows: &[DeliveryRow], attempt: &Attempt) -> Self {
        Self { attempts: alike(rows, attempt), class: None, way: None }
    }

    /// Whether every other message would meet the same now: the server can't be reached, or lets nobody in.
    pub(super) fn is_of_server(&self) -> bool {
        self.attempts.iter().all(|it| matches!(it, Attempt::Transient { .. }))
            && self.class.is_some_and(FailureClass::is_of_server)
    }

    /// The same for so many recipients of a message that was not tried.
    pub(super) fn of_others(&self, n: usize) -> Self {
        let attempts = self.attempts.first().map(|it| vec![it.clone(); n]);
        Self { attempts: attempts.unwrap_or_default(), class: self.class, way: None }
    }
}

/// Makes one attempt.
pub(super) async fn send(app: &App, one: Waiting) -> Ended {
    let Waiting { job, rows, letter } = one;
    let made = match letter {
        Ok(letter) => AssertUnwindSafe(attempt(app, letter, &rows)).catch_unwind().await,
        Err(unmade) => Ok(Outcome::of_ours(&rows, &not_made(&unmade))),
    };
    let cut = || Attempt::Cut { reason: "this server failed while it sent the mail".to_owned() };
    let outcome = made.unwrap_or_else(|_panic| Outcome::of_ours(&rows, &cut()));
    Ended { job, rows, outcome }
}

/// The same for each recipient.
fn alike(rows: &[DeliveryRow], attempt: &Attempt) -> Vec<Attempt> {
    vec![attempt.clone(); rows.len()]
}

/// Makes one attempt for these recipients.
async fn attempt(app: &App, mut letter: Letter, rows: &[DeliveryRow]) -> Outcome {
    let (account, smtp, copied_to) = (letter.account, letter.leaves_by.take(), letter.copied_to.take());
    let mailbox = smtp.as_ref().map(|it| it.mailbox_id);
    let transport: Arc<dyn MailTransport> = match smtp {
        None => app.transport.clone(),
        Some(smtp) => match app.outside.transports.of(app, account, &smtp) {
            Ok(transport) => transport,
            Err(failure) => return Outcome::of_ours(rows, &not_made(&Unmade::Failed(failure))),
        },
    };
    let (mut envelope, composed) = match letter.compose(app, Contents::Read).await {
        Ok(made) => made,
        Err(unmade) => return Outcome::of_ours(rows, &not_made(&unmade)),
    };
    envelope.recipients = rows.iter().filter_map(|it| EmailAddress::parse(&it.address).ok()).collect();
    let sent = tokio::time::timeout(LIMIT, transport.send(&envelope, &composed.bytes)).await;
    let (attempts, class) = match sent {
        Ok(Ok(accepted)) => {
            let taken = Attempt::Accepted { reply: accepted.reply };
            (apart(rows, &accepted.refused, &taken), None)
        }
        Ok(Err(error)) => (apart(rows, error.recipients(), &read(&error)), Some(error.class())),
        Err(_elapsed) => {
            let class = FailureClass::Timeout;
            (alike(rows, &Attempt::Cut { reason: class.to_string() }), Some(class))
        }
    };
    let copy = copied_to.filter(|_| class.is_none()).map(|imap| SentCopy { imap, message: composed.bytes });
    Outcome { attempts, class, way: mailbox.map(|mailbox| Way { mailbox, copy }) }
}

/// For whom the server refused by name what it said of him, for the others what it said of the mail.
fn apart(rows: &[DeliveryRow], refused: &[RefusedRecipient], others: &Attempt) -> Vec<Attempt> {
    let of_row = |row: &DeliveryRow| {
        let own = refused.iter().find(|it| it.address.as_str() == row.address);
        own.map_or_else(|| others.clone(), |it| read_refusal(&it.reply))
    };
    rows.iter().map(of_row).collect()
}

fn not_made(unmade: &Unmade) -> Attempt {
    match unmade {
        Unmade::Impossible(reason) => Attempt::Impossible { reason: reason.clone() },
        Unmade::Failed(failure) => {
            tracing::error!(error = failure.chain(), "a mail can't be composed now");
            Attempt::Transient { reply: "the mail can't be composed now".to_owned() }
        }
    }
}

/// Reads a refusal. One that is about this server and not about the message is the operator's to mend, so the message
/// waits for that; where no server spoke, the point of failure stands for its words (S17).
pub(in crate::worker::jobs) fn read(error: &SendError) -> Attempt {
    let reply = error.reply().map_or_else(|| error.class().to_string(), ToString::to_string);
    let is_about_us = matches!(
        error.class(),
        FailureClass::Auth | FailureClass::Greeting | FailureClass::Tls | FailureClass::Forbidden
    );
    match error {
        SendError::Unknown { .. } => Attempt::Cut { reason: reply },
        SendError::Permanent { reply: None, .. } if !is_about_us => Attempt::Impossible { reason: reply },
        SendError::Permanent { .. } if !is_about_us => {
            permanent(reply, error.class() == FailureClass::Recipient)
        }
        SendError::Permanent { .. } | SendError::Transient { .. } => Attempt::Transient { reply },
    }
}

/// Reads what a server said to one recipient's name.
fn read_refusal(reply: &Reply) -> Attempt {
    let said = reply.to_string();
    if reply.is_permanent() { permanent(said, true) } else { Attempt::Transient { reply: said } }
}

fn permanent(reply: String, of_recipient: bool) -> Attempt {
    let class = match bounce_class(&reply) {
        parse::BounceClass::Hard => BounceClass::Hard,
        _ => BounceClass::Soft,
    };
    Attempt::Permanent { reply, class, of_recipient }
}
