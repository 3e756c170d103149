//! Mail of a trusted account that is forwarded to somebody here: from then on it speaks to him over a link (LINKT-2).
//!
//! He can't ask for a link himself, for it is the other account that sends; so his account offers one and shows the mail
//! as a proof. The other one looks whether it wrote that mail, and to whom, and asks for the link where it trusts this
//! account as well (LINKT-3). Then the task crosses, and is the one that the mail has become here.

use liaison_domain::{
    account::{AccountName, EmployeeStatus, Login},
    id::{AccountId, CommentId, LinkOperationId, PersonId, TaskId},
    inbound::marker::BodyMarker,
    link::{
        state::LinkState,
        wire::{LinkOffered, Operation, TaskOpened, WireMail},
    },
    mail_address::EmailAddress,
    task::Task,
};
use liaison_persistence::{
    account::{self, AccountRow},
    contact,
    database::{Tx, WriteTx},
    employee,
    link::{
        self, LinkRow, grant,
        mirror::{self, MirrorCommentRow, MirrorRow},
        settings,
    },
    outgoing_mail::answered,
    sql::Json,
    task, thread,
};
use uuid::Uuid;

use super::{To, agreement::ask, crossing::members, directory::account_of_domain, people::step, say};
use crate::{app::App, keys::marked_mail, service::Failure};

/// Most mails that a peer can name of a task; it names the latest.
const MAX_MAILS: usize = 200;

/// A mail that came, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Forwarded<'a> {
    /// Of the envelope.
    pub recipients: &'a [String],
    /// Without angle brackets.
    pub message_id: Option<&'a str>,
    pub markers: &'a [BodyMarker],
}

/// Offers a link where the mail is one of a trusted account's, and has come to somebody who works here.
pub async fn offer(
    tx: &mut WriteTx,
    app: &App,
    own: &AccountRow,
    mail: Forwarded<'_>,
) -> Result<(), Failure> {
    let Forwarded { recipients, message_id: Some(message_id), markers: [marker, ..] } = mail else {
        return Ok(());
    };
    let domain = message_id.rsplit_once('@').map(|(_, it)| it.to_ascii_lowercase());
    let name = domain.as_deref().and_then(|it| account_of_domain(app, it)).filter(|it| *it != own.name);
    let Some(name) = name.and_then(|it| AccountName::parse(it).ok()) else { return Ok(()) };
    if !settings::get(tx, own.id).await?.trusted_accounts.contains(name.as_str()) {
        return Ok(());
    }
    let Some(peer) = account::find_by_name(tx, &name).await? else { return Ok(()) };
    let own_domain = app.config.mail.domain_of(&own.name);
    let addresses = recipients.iter().filter_map(|it| EmailAddress::parse(it).ok());
    for address in addresses.filter(|it| it.domain() == own_domain) {
        let Ok(login) = Login::parse(address.local_part()) else { continue };
        let found = employee::find_by_login(tx, own.id, &login).await?;
        let Some(employee) = found.filter(|it| it.status == EmployeeStatus::Active) else { continue };
        if grant::find_of(tx, own.id, employee.id, peer.id).await?.is_some() {
            continue;
        }
        let offered = LinkOffered {
            employee: employee.id.uuid(),
            login: employee.login,
            message_id: message_id.to_owned(),
            marker: marker.as_str().to_owned(),
        };
        let to = To { stream: app.env.id(), peer: peer.id, task: None };
        say(tx, app, own.id, to, Operation::LinkOffered(offered)).await?;
    }
    Ok(())
}

/// Another account offers a link to whom a mail of ours has come; gives why nothing came of it.
pub(super) async fn offered(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    peer: AccountId,
    offered: &LinkOffered,
) -> Result<Option<&'static str>, Failure> {
    let settings = settings::get(tx, account).await?;
    let trusted = account::find(tx, peer).await?.filter(|it| settings.trusted_accounts.contains(&it.name));
    if !trusted.is_some_and(|it| settings.may_leave_to(&it.name)) {
        return Ok(Some("the account is not trusted here"));
    }
    let Some((person, task)) = find_written(tx, app, account, offered).await? else {
        return Ok(Some("the mail is none of ours"));
    };
    let is_contact = contact::find(tx, account, person).await?.is_some();
    if !is_contact || !link::list_of_persons(tx, account, [person]).await?.is_empty() {
        return Ok(Some("whom the mail was written to is linked already"));
    }
    let Ok(login) = Login::parse(&offered.login) else { return Ok(Some("nobody has such a login")) };
    let remote = PersonId::new(offered.employee);
    if let Some(taken) = link::find_by_remote(tx, account, peer, remote).await? {
        if taken.state != LinkState::Introduced {
            return Ok(Some("somebody else is linked with that person"));
        }
        link::delete(tx, account, taken.person_id).await?;
    }
    let row = LinkRow {
        person_id: person,
        stream_id: app.env.id(),
        peer_id: peer,
        remote_id: remote,
        login: Some(login.as_str().to_owned()),
        state: LinkState::Pending,
    };
    link::insert(tx, account, &row, app.env.now()).await?;
    mirror::wait(tx, account, person, task, app.env.now()).await?;
    ask(tx, app, account, &row, None).await?;
    Ok(None)
}

/// To whom we wrote the mail, and about which task: proven by what only its receiver has (S1).
async fn find_written(
    tx: &mut dyn Tx,
    app: &App,
    account: AccountId,
    offered: &LinkOffered,
) -> Result<Option<(PersonId, TaskId)>, Failure> {
    let Some(marker) = BodyMarker::parse(&offered.marker) else { return Ok(None) };
    let rows = answered::list_by_mails(tx, account, marked_mail(&marker)).await?;
    let is_his =
        |it: &&answered::PlacedRow| app.keys.body_marker_matches(&marker, account, it.mail_id, it.person_id);
    let Some(row) = rows.iter().find(is_his) else { return Ok(None) };
    let mails = thread::list_between(tx, account, row.task_id, row.person_id).await?;
    let is_same = mails.iter().any(|it| it.message_id == offered.message_id);
    Ok(is_same.then_some((row.person_id, row.task_id)))
}

/// The mails about a task by which the peer may know it.
pub(super) async fn list_mails(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    person: PersonId,
) -> Result<Vec<WireMail>, Failure> {
    let mails = thread::list_between(tx, account, task, person).await?;
    let wire = |it: thread::MailRow| WireMail {
        message_id: it.message_id,
        comment: it.comment_id.map(CommentId::uuid),
    };
    Ok(mails.into_iter().map(wire).collect())
}

/// A task here that the other account tells of, for it began with a mail of theirs or one of ours that they answered.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) task: Task,
    /// What the peer calls comments that are here already, each with whether it was written here.
    comments: Vec<(Uuid, CommentId, bool)>,
}

impl Begun {
    /// Finds it by the mails that the peer names: those that it made itself, and those that we did. Somebody who has agreed
    /// must have a part in it, and no other copy of it may be the peer's.
    pub(super) async fn find(
        tx: &mut WriteTx,
        app: &App,
        account: AccountId,
        peer: AccountId,
        opened: &TaskOpened,
        agreed: &[PersonId],
    ) -> Result<Option<Self>, Failure> {
        let Some(peer) = account::find(tx, peer).await?.filter(|_| !opened.mails.is_empty()) else {
            return Ok(None);
        };
        let domain = format!("@{}", app.config.mail.domain_of(&peer.name));
        let mails = opened.mails.get(..MAX_MAILS).unwrap_or(&opened.mails);
        let ids = mails.iter().map(|it| it.message_id.clone());
        let mut known = thread::list_references(tx, account, ids).await?;
        known.retain(|it| it.is_ours || it.message_id.ends_with(&domain));
        for at in known.iter().map(|it| it.task_id) {
            let Some(task) = task::find_to_change(tx, account, at).await? else { continue };
            let members = members(tx, account, at).await?;
            let is_theirs =
                mirror::list_of_task(tx, account, at).await?.iter().any(|it| it.peer_id == peer.id);
            if is_theirs || agreed.iter().all(|it| members.roles_of(*it).is_empty()) {
                continue;
            }
            let there = known.iter().filter(|it| it.task_id == at);
            let comments = there.filter_map(|it| {
                let mail = mails.iter().find(|mail| mail.message_id == it.message_id)?;
                Some((mail.comment?, it.comment_id?, it.is_ours))
            });
            return Ok(Some(Self { comments: comments.collect(), task }));
        }
        Ok(None)
    }

    /// Whether a comment of the history is here already.
    pub(super) fn has(&self, wire_id: Uuid) -> bool {
        self.comments.iter().any(|it| it.0 == wire_id)
    }

    /// Notes what the peer calls the comments that are here.
    pub(super) async fn join(
        &self,
        tx: &mut WriteTx,
        app: &App,
        account: AccountId,
        row: &MirrorRow,
    ) -> Result<(), Failure> {
        let crossed = |(wire_id, comment_id, is_ours): &(Uuid, CommentId, bool)| MirrorCommentRow {
            mirror_id: row.id,
            comment_id: *comment_id,
            wire_id: *wire_id,
            operation_id: is_ours.then(|| app.env.id::<LinkOperationId>()),
            path: Json(if *is_ours { Vec::new() } else { vec![step(row.peer_id)] }),
        };
        let crossed: Vec<MirrorCommentRow> = self.comments.iter().map(crossed).collect();
        Ok(mirror::insert_comments(tx, account, &crossed).await?)
    }
}
