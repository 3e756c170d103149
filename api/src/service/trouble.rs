//! Word of a message that did not arrive, or was not welcome: to its author alone, of one to an employee to himself, and to the
//! change feed; and the end of mail to an address that takes none.

use std::collections::HashSet;

use liaison_domain::{
    Timestamp,
    change::Change,
    id::{AccountId, CommentId, PersonId, TaskId},
    notification::NotificationKind,
    outgoing::MailKind,
    suppression::SuppressionCause,
};
use liaison_persistence::{
    change_feed,
    database::WriteTx,
    notification::{self, NewNotification},
    outgoing_mail::delivery::DeliveryRow,
};

use super::{Failure, suppression};
use crate::env::Env;

/// What became of a message.
#[derive(Clone, Copy, Debug)]
pub struct Trouble<'a> {
    pub row: &'a DeliveryRow,
    pub change: Change,
    pub notice: Option<NotificationKind>,
    /// No mail leaves to the address any more, for this.
    pub suppression: Option<SuppressionCause>,
    /// What the server said.
    pub detail: &'a str,
}

/// Records all that follows, beside where the messages stand: one notice a comment, however many recipients it had.
pub async fn record(
    tx: &mut WriteTx,
    env: &Env,
    account: AccountId,
    troubles: &[Trouble<'_>],
    now: Timestamp,
) -> Result<(), Failure> {
    for it in troubles {
        if let Some(cause) = it.suppression {
            suppression::suppress(tx, env, account, &it.row.address, cause, it.detail).await?;
        }
    }
    let mut told: HashSet<(PersonId, TaskId, Option<CommentId>, NotificationKind)> = HashSet::new();
    let notices = troubles.iter().filter_map(|it| {
        let (row, kind) = (it.row, it.notice?);
        let person = if row.kind == MailKind::StaffNotice { row.person_id } else { row.author_id };
        told.insert((person, row.task_id, row.comment_id, kind)).then(|| NewNotification {
            id: env.id(),
            person,
            kind,
            task: Some(row.task_id),
            comment: row.comment_id,
            author: None,
            detail: Some(advice(it)),
        })
    });
    let notices: Vec<NewNotification> = notices.collect();
    notification::insert_all(tx, account, notices, now).await?;
    for it in troubles {
        change_feed::append(tx, account, it.change, it.row.mail_id.uuid(), now);
    }
    Ok(())
}

/// What happened, and what the author may do about it.
fn advice(trouble: &Trouble<'_>) -> String {
    let DeliveryRow { name, address, .. } = trouble.row;
    let happened = match trouble.notice {
        Some(NotificationKind::MailUnwanted) => format!("{name} <{address}> complained of the mail."),
        _ => format!("{name} <{address}> did not get the mail: {}.", trouble.detail.trim_end_matches('.')),
    };
    let suggestion = match trouble.suppression {
        Some(SuppressionCause::HardBounce) => {
            "Ask for another address; no more mail leaves to this one for now."
        }
        Some(_) => "No more mail leaves to this address; reach them by another way.",
        None => "Write again later, or reach them by another way.",
    };
    format!("{happened} {suggestion}")
}
