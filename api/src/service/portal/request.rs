//! A link into the portal for who asks for one (DASH-3). Whether an address is known is told by nothing: not by the answer,
//! and not by the time that it takes, because what there is to do is done later.

use chrono::TimeDelta;
use liaison_domain::{
    account::AccountName,
    id::{AccountId, PersonId},
    job::JobKind,
    mail_address::EmailAddress,
    outgoing::MailKind,
    person::Addressee,
    visibility::Scope,
};
use liaison_persistence::{account, database::WriteTx, job, page::PageRequest, person, portal, task};

use crate::{
    app::App,
    service::{
        Failure,
        fan_out::{self, Notice},
    },
};

/// How long no second link leaves to the same contact.
pub const INTERVAL: TimeDelta = TimeDelta::minutes(15);

/// Has the link sent to the contact who has the address, if there is one.
pub async fn enqueue(
    tx: &mut WriteTx,
    app: &App,
    account: &AccountName,
    email: &EmailAddress,
) -> Result<(), Failure> {
    // The names of accounts are no secret: they stand in every mail (ACC-1).
    let Some(account) = account::find_by_name(tx, account).await? else { return Ok(()) };
    let owner =
        person::list_owners(tx, account.id, [email.key()]).await?.into_iter().map(|it| it.person_id).min();
    // Nobody's job is done like anybody's.
    let subject = owner.unwrap_or_else(|| app.env.id());
    let jobs = [(app.env.id(), subject.uuid())];
    Ok(job::enqueue(tx, account.id, JobKind::SendPortalLink, jobs, app.env.now()).await?)
}

/// Mails a contact a link, by the latest task in which something was for him; without one there is nothing to come in for.
pub async fn send(tx: &mut WriteTx, app: &App, account: AccountId, contact: PersonId) -> Result<(), Failure> {
    let since = app.env.now() - INTERVAL;
    if app.config.portal_url().is_none() || !portal::may_get_link(tx, account, contact, since).await? {
        return Ok(());
    }
    let (scope, latest) = (Scope::contact(contact), PageRequest { limit: 1, after: None });
    let reached = portal::list_tasks(tx, account, scope, latest).await?;
    let Some(reached) = reached.items.first() else { return Ok(()) };
    let task = task::find(tx, account, reached.id).await?;
    let known = person::list_addressees(tx, account, [contact]).await?.remove(&contact);
    let Some((task, known)) = task.zip(known) else { return Ok(()) };
    // A link to another account doesn't keep him from his conversation in this one.
    let audience = [Addressee { is_linked: false, ..known }];
    let notice = Notice {
        account,
        task: &task,
        kind: MailKind::PortalLink,
        comment: None,
        author: contact,
        mailbox: None,
        audience: &audience,
        contacts_wait: false,
        hops: 0,
        by_mail: true,
        mentioned: &[],
        is_for_others: false,
        rejects: false,
    };
    fan_out::notify(tx, app, &notice).await.map(drop)
}
