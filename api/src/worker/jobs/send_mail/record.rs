//! What becomes of messages, written together: where each stands, a line of its history, and word to its author where it
//! did not arrive.

use std::collections::HashSet;

use liaison_domain::{
    Timestamp,
    change::Change,
    id::AccountId,
    notification::NotificationKind,
    outgoing::{AfterAttempt, BounceClass, DeliveryEventType, RecipientState},
    suppression::SuppressionCause,
};
use liaison_persistence::{
    database::WriteTx,
    outgoing_mail::delivery::{self, DeliveryRow, Moved, NewEvent, Standing},
};

use crate::{
    env::Env,
    service::{
        Failure,
        trouble::{self, Trouble},
    },
};

/// Where a message goes from where it was read.
#[derive(Debug)]
pub(super) struct Line<'a> {
    row: &'a DeliveryRow,
    state: RecipientState,
    attempts: i64,
    cuts: i64,
    bounce_class: Option<BounceClass>,
    suppression: Option<SuppressionCause>,
    last_reply: Option<&'a str>,
    event: Option<(DeliveryEventType, &'a str)>,
}

impl<'a> Line<'a> {
    /// An attempt begins; `is_repeated` where the last one was cut.
    pub(super) fn begin(row: &'a DeliveryRow, is_repeated: bool) -> Self {
        let cut = "the last attempt was cut; sent once more under the same Message-ID";
        Self {
            attempts: row.attempts + 1,
            cuts: row.cuts + i64::from(is_repeated),
            event: is_repeated.then_some((DeliveryEventType::Deferred, cut)),
            ..Self::moved(row, RecipientState::Sending)
        }
    }

    /// Nobody knows what became of it.
    pub(super) fn lost(row: &'a DeliveryRow) -> Self {
        let detail = "the attempt was cut again; it may have arrived, and is sent no more by itself";
        Self {
            cuts: row.cuts + 1,
            event: Some((DeliveryEventType::Unknown, detail)),
            ..Self::moved(row, RecipientState::Unknown)
        }
    }

    /// The server failed at it again and again.
    pub(super) fn given_up(row: &'a DeliveryRow) -> Self {
        let detail = "given up after repeated failures of this server";
        Self { event: Some((DeliveryEventType::Failed, detail)), ..Self::moved(row, RecipientState::Failed) }
    }

    /// No mail leaves to its address any more.
    pub(super) fn suppressed(row: &'a DeliveryRow) -> Self {
        let detail = "no mail leaves to the address; see /v1/mail/suppressions";
        Self {
            event: Some((DeliveryEventType::Suppressed, detail)),
            ..Self::moved(row, RecipientState::Suppressed)
        }
    }

    /// An attempt has ended.
    pub(super) fn ended(row: &'a DeliveryRow, after: &'a AfterAttempt) -> Self {
        Self {
            cuts: row.cuts + i64::from(after.is_cut),
            bounce_class: after.bounce_class,
            suppression: after.suppression,
            last_reply: Some(&after.detail),
            event: Some((after.event, &after.detail)),
            ..Self::moved(row, after.state)
        }
    }

    const fn moved(row: &'a DeliveryRow, state: RecipientState) -> Self {
        let DeliveryRow { attempts, cuts, .. } = *row;
        Self {
            row,
            state,
            attempts,
            cuts,
            bounce_class: None,
            suppression: None,
            last_reply: None,
            event: None,
        }
    }

    /// What to tell of it where the message did not, or not surely, arrive.
    fn trouble(&self) -> Option<Trouble<'a>> {
        let change = match self.state {
            RecipientState::Bounced => Change::MailBounced,
            RecipientState::Failed => Change::MailFailed,
            RecipientState::Unknown => Change::MailUnknown,
            RecipientState::Suppressed => Change::MailSuppressed,
            _ => return None,
        };
        let detail = self.event.map_or("", |(_, detail)| detail);
        let notice = Some(NotificationKind::MailFailed);
        Some(Trouble { row: self.row, change, notice, suppression: self.suppression, detail })
    }
}

/// Writes the lines and what follows from them, except of messages that somebody moved meanwhile; gives those that were written.
pub(super) async fn store(
    tx: &mut WriteTx,
    env: &Env,
    account: AccountId,
    lines: &[Line<'_>],
    now: Timestamp,
) -> Result<HashSet<Moved>, Failure> {
    let standings: Vec<Standing<'_>> = lines
        .iter()
        .map(|line| Standing {
            mail: line.row.mail_id,
            person: line.row.person_id,
            from: line.row.state,
            state: line.state,
            attempts: line.attempts,
            cuts: line.cuts,
            last_reply: line.last_reply,
            bounce_class: line.bounce_class,
        })
        .collect();
    let written = HashSet::from_iter(delivery::update(tx, account, &standings).await?);
    let lines: Vec<&Line<'_>> = lines.iter().filter(|it| written.contains(&moved(it.row))).collect();
    let events: Vec<NewEvent<'_>> = lines
        .iter()
        .filter_map(|line| {
            let (kind, detail) = line.event?;
            let (mail, person) = (line.row.mail_id, line.row.person_id);
            Some(NewEvent { id: env.id(), mail, person, kind, detail: Some(detail) })
        })
        .collect();
    delivery::insert_events(tx, account, &events, now).await?;
    let troubles: Vec<Trouble<'_>> = lines.iter().filter_map(|line| line.trouble()).collect();
    trouble::record(tx, env, account, &troubles, now).await?;
    Ok(written)
}

/// The message to this recipient.
pub(super) const fn moved(row: &DeliveryRow) -> Moved {
    Moved { mail_id: row.mail_id, person_id: row.person_id }
}
