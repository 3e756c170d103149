//! When mail may leave, and who is told that it waits: at most so many to one recipient (OUT-15), and of what only a mail
//! brought about far fewer (R1).

use std::collections::HashMap;

use liaison_domain::{
    Timestamp, fan_out::MailTo, id::PersonId, mail_address::EmailAddress, notification::NotificationKind,
    pace::Pace,
};
use liaison_persistence::{
    database::WriteTx,
    employee,
    notification::{self, NewNotification},
    outgoing_mail::pace,
};

use super::{Failure, fan_out::Notice};
use crate::app::App;

/// When a mail may leave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Departure {
    pub(super) at: Timestamp,
    /// Why it waits, where it does.
    pub(super) held_for: Option<&'static str>,
}

/// When each of these mails may leave; tells the administrators where automatic ones begin to wait.
pub(super) async fn plan(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
    mails: &[MailTo],
    is_automatic: bool,
) -> Result<HashMap<PersonId, Departure>, Failure> {
    let (now, account) = (app.env.now(), notice.account);
    let keys = || mails.iter().map(|it| it.address.key());
    let to_recipient = Pace::of_recipient(app.config.mail.max_per_recipient);
    let latest = pace::list_latest(tx, account, keys(), to_recipient, now).await?;
    let latest_automatic = if is_automatic {
        pace::list_latest_automatic(tx, account, keys(), Pace::AUTOMATIC, now).await?
    } else {
        HashMap::new()
    };
    let mut departures = HashMap::new();
    for to in mails {
        let key = to.address.key();
        let paced = to_recipient.decide(now, latest.get(&key).copied());
        let automatic = Pace::AUTOMATIC.decide(now, latest_automatic.get(&key).copied());
        if automatic.begins_to_wait {
            warn(tx, app, notice, &to.address).await?;
        }
        let held_for = match paced.at.max(automatic.at) {
            at if at <= now => None,
            _ if automatic.at > paced.at => {
                Some("as many automatic mails as may leave in an hour left to the address")
            }
            _ => Some("as many mails as may leave in ten minutes left to the address"),
        };
        departures.insert(to.person, Departure { at: paced.at.max(automatic.at), held_for });
    }
    Ok(departures)
}

async fn warn(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
    address: &EmailAddress,
) -> Result<(), Failure> {
    let detail = format!(
        "More than {} mails an hour would leave to {address} because mail came in; the next ones wait. \
         Perhaps two robots talk to each other.",
        Pace::AUTOMATIC.max
    );
    let administrators = employee::list_administrators(tx, notice.account).await?;
    let notices = administrators.iter().map(|it| NewNotification {
        id: app.env.id(),
        person: it.id,
        kind: NotificationKind::MailHeld,
        task: Some(notice.task.id),
        comment: notice.comment,
        author: None,
        detail: Some(detail.clone()),
    });
    let notices: Vec<NewNotification> = notices.collect();
    Ok(notification::insert_all(tx, notice.account, notices, app.env.now()).await?)
}
