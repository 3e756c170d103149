//! What would become of a mail: the very work that is done on a received one, in a transaction that is never committed, so
//! that it can't drift from what happens. Nothing of it lasts, neither rows nor files.

use std::collections::HashSet;

use bytes::Bytes;
use liaison_domain::{
    id::{AccountId, PersonId},
    person::PersonRef,
    refusal::Refusal,
    task::TaskRole,
};
use liaison_mailer::parse::ParsedMail;
use liaison_persistence::{
    account, comment,
    database::{Tx, WriteTx},
    incoming_mail::{self, IncomingMailRow, NewIncomingMail},
    person,
    sql::Json,
    task,
};

use super::{TakenUp, examine, files, judge, settle};
use crate::{
    app::App,
    keys::digest,
    service::{
        Failure,
        caller::StaffCaller,
        intake::{self, Envelope},
    },
};

/// A mail that is read and not received.
#[derive(Debug)]
pub struct Prepared {
    new: NewIncomingMail,
    mail: TakenUp,
}

impl Prepared {
    pub const fn mail(&self) -> &ParsedMail {
        &self.mail.reading.mail
    }
}

/// What would become of it.
#[derive(Debug)]
pub struct Rehearsal {
    /// As the ledger would show it.
    pub row: IncomingMailRow,
    /// Who would be its author, and who would be told; some of them may be people who would be made for it.
    pub author: Option<PersonRef>,
    pub audience: Vec<PersonRef>,
}

/// What of a rehearsal is there without it.
#[derive(Debug)]
pub struct Existing {
    pub people: HashSet<PersonId>,
    pub has_task: bool,
}

/// Does what needs no transaction: finds the recipients, reads the mail, asks the DNS. A mail tells who is known here, so
/// this is for administrators.
pub async fn prepare(
    app: &App,
    caller: &StaffCaller,
    envelope: &Envelope,
    raw: Bytes,
) -> Result<Prepared, Failure> {
    caller.require_admin()?;
    let recipients = intake::get_accounts(app, &envelope.recipients, Some(caller.account)).await?;
    let new = NewIncomingMail {
        id: app.env.id(),
        received_at: app.env.now(),
        via: envelope.via,
        peer: envelope.peer.map(|it| it.to_string()),
        client: envelope.client.map(|it| it.to_string()),
        helo: envelope.helo.clone(),
        envelope_sender: envelope.sender.clone(),
        recipients: recipients.into_iter().map(|(_, address)| address).collect(),
        size: i64::try_from(raw.len()).unwrap_or(i64::MAX),
        sha256: digest(&raw),
        raw: None,
    };
    let mut tx = app.database.read().await?;
    let owner = account::find(&mut tx, caller.account).await?.ok_or_else(Refusal::not_found)?;
    drop(tx);
    let mail = examine(app, new.received(), owner, raw).await;
    Ok(Prepared { new, mail })
}

/// Decides what becomes of the mail and writes it, for the caller to take back.
pub async fn rehearse(tx: &mut WriteTx, app: &App, prepared: Prepared) -> Result<Rehearsal, Failure> {
    let Prepared { new, mail } = prepared;
    let TakenUp { row, owner, reading, origin } = mail;
    incoming_mail::insert_all(tx, owner.id, [&new]).await?;
    let judged = judge::judge(tx, app, &owner, &row, &reading, &origin, None).await?;
    if judged.is_postponed() {
        let explain = Json(judged.explain.into_steps());
        return Ok(Rehearsal { row: IncomingMailRow { explain, ..row }, author: None, audience: Vec::new() });
    }
    let files = files::weigh(&reading.mail);
    settle(tx, app, &owner, &row, &reading, judged, &files).await?;
    let row = incoming_mail::find(tx, owner.id, row.id).await?.ok_or_else(Refusal::not_found)?;
    let (author, audience) = people(tx, owner.id, &row).await?;
    Ok(Rehearsal { row, author, audience })
}

/// Of a comment its author and audience; of a task its assigner and assignees.
async fn people(
    tx: &mut WriteTx,
    account: AccountId,
    row: &IncomingMailRow,
) -> Result<(Option<PersonRef>, Vec<PersonRef>), Failure> {
    if let Some(id) = row.comment_id {
        let comment = comment::find(tx, account, id).await?.ok_or_else(Refusal::not_found)?;
        let author = person::list_refs(tx, account, [comment.author_id]).await?.remove(&comment.author_id);
        let audience = comment::list_recipients(tx, account, [id]).await?.remove(&id);
        return Ok((author, audience.unwrap_or_default()));
    }
    let Some(id) = row.task_id else { return Ok((None, Vec::new())) };
    let members = task::list_members(tx, account, [id]).await?.remove(&id).unwrap_or_default();
    let author = members.of(TaskRole::Assigner).next().cloned();
    let is_author = |it: &&PersonRef| author.as_ref().is_some_and(|author| author.id == it.id);
    let audience = members.of(TaskRole::Assignee).filter(|it| !is_author(it)).cloned().collect();
    Ok((author, audience))
}

/// Looks what of it is there after it was taken back.
pub async fn list_existing(
    tx: &mut dyn Tx,
    account: AccountId,
    rehearsal: &Rehearsal,
) -> Result<Existing, Failure> {
    let people: Vec<PersonId> = rehearsal.author.iter().chain(&rehearsal.audience).map(|it| it.id).collect();
    let people = person::list_refs(tx, account, people).await?.into_keys().collect();
    let has_task = match rehearsal.row.task_id {
        Some(id) => task::find(tx, account, id).await?.is_some(),
        None => false,
    };
    Ok(Existing { people, has_task })
}
