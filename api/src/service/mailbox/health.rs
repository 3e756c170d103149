//! How well mailboxes work. Three failures in a row are told in the change feed and in the application, which need no
//! mailbox (R11).

use liaison_domain::{
    change::Change,
    id::{AccountId, MailboxId},
    mailbox::{Channel, FailureClass, Health},
};
use liaison_persistence::{
    change_feed,
    database::WriteTx,
    employee,
    mailbox::{self, channel},
};

use crate::{app::App, service::Failure};

/// Records that a channel worked, or where it failed.
pub async fn record(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    mailbox: MailboxId,
    kind: Channel,
    failure: Option<FailureClass>,
) -> Result<(), Failure> {
    match failure {
        None => Ok(channel::succeed(tx, account, mailbox, kind, app.env.now()).await?),
        Some(class) => fail(tx, app, account, mailbox, kind, class).await.map(drop),
    }
}

/// Records that a channel failed; gives the number of failures in a row, or none where the channel is gone.
pub async fn fail(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    mailbox: MailboxId,
    kind: Channel,
    class: FailureClass,
) -> Result<Option<i64>, Failure> {
    let failures = channel::fail(tx, account, mailbox, kind, class, app.env.now()).await?;
    if failures == Some(Health::ALARM_AFTER) {
        alarm(tx, app, account, mailbox).await?;
    }
    Ok(failures)
}

/// Tells whoever can mend it: the employee of his own mailbox, the administrators of the company's.
async fn alarm(tx: &mut WriteTx, app: &App, account: AccountId, id: MailboxId) -> Result<(), Failure> {
    let Some(row) = mailbox::find(tx, account, id).await? else { return Ok(()) };
    let people = match row.owner_id {
        Some(owner) => vec![owner],
        None => employee::list_administrators(tx, account).await?.into_iter().map(|it| it.id).collect(),
    };
    let now = app.env.now();
    for person in people {
        mailbox::notify(tx, account, app.env.id(), person, id, now).await?;
    }
    change_feed::append(tx, account, Change::MailboxFailing, id.uuid(), now);
    Ok(())
}
