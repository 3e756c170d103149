//! When mail may leave that only a mail brought about, and who is told that it waits (R1).

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    automatic::{MAX_IN_WINDOW, WINDOW, decide},
    fan_out::MailTo,
    id::PersonId,
    mail_address::EmailAddress,
    notification::NotificationKind,
};
use liaison_persistence::{
    database::WriteTx,
    employee,
    notification::{self, NewNotification},
    outgoing_mail::automatic,
};

use super::{Failure, fan_out::Notice};
use crate::app::App;

/// When each of these mails may leave; tells the administrators where they begin to wait.
pub async fn departures(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
    mails: &[MailTo],
) -> Result<HashMap<PersonId, Timestamp>, Failure> {
    let now = app.env.now();
    let keys = mails.iter().map(|it| it.address.key());
    let latest = automatic::list_latest(tx, notice.account, keys, now - WINDOW).await?;
    let mut departures = HashMap::new();
    for to in mails {
        let departure = decide(now, latest.get(&to.address.key()).copied());
        departures.insert(to.person, departure.at);
        if departure.begins_to_wait {
            warn(tx, app, notice, &to.address).await?;
        }
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
        "More than {MAX_IN_WINDOW} mails an hour would leave to {address} because mail came in; the next ones wait. \
         Perhaps two robots talk to each other."
    );
    let administrators = employee::list_administrators(tx, notice.account).await?;
    let notices = administrators.iter().map(|it| NewNotification {
        id: app.env.id(),
        person: it.id,
        kind: NotificationKind::MailHeld,
        task: notice.task.id,
        comment: notice.comment,
        detail: Some(detail.clone()),
    });
    let notices: Vec<NewNotification> = notices.collect();
    Ok(notification::insert_all(tx, notice.account, notices, app.env.now()).await?)
}
