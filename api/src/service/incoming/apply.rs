//! Turns a mail into a comment: author, participants, audience, files, thread — in one transaction. What becomes a task
//! instead is for [`super::new_task`].

use liaison_domain::{
    comment::Origin,
    id::{AccountId, CommentId, PersonId, TaskId},
    inbound::{audience::Told, authenticity::Authenticity, matching::Place, verdict::Sender},
    mail_address::EmailAddress,
    outgoing::DeliveryEventType,
    person::PersonKind,
    refusal::Refusal,
    task::TaskRole,
};
use liaison_mailer::parse::ParsedMail;
use liaison_persistence::{
    comment::{self, Warning},
    database::WriteTx,
    incoming_mail::IncomingMailRow,
    outgoing_mail::{
        answered,
        delivery::{self, NewEvent},
    },
    person,
    task::{self, Members},
    thread,
};

use super::{
    audience,
    content::{Content, warning},
    explain::Explain,
    files::{self, KeptFile},
    identity::{self, Identity},
    judge::Judged,
    matching::message_id,
    reading::Reading,
};
use crate::{
    app::App,
    service::{
        Failure,
        comment::{self as conversation, NewComment},
        contact,
    },
};

/// A mail that belongs to a conversation.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) place: Place,
    pub(super) judged: &'a Judged,
    pub(super) row: &'a IncomingMailRow,
    pub(super) reading: &'a Reading,
    pub(super) files: &'a [KeptFile],
}

impl Answer<'_> {
    /// From names a contact, and its domain says that the mail is not its own.
    fn is_disowned(&self) -> bool {
        matches!(self.judged.sender, Sender::Contact { .. })
            && self.judged.authenticity == Authenticity::Refused
    }
}

/// What people should know of a mail whose From is a contact's address and that the address's domain disowns (TBM-14).
pub(super) fn doubt(judged: &Judged) -> Option<Warning> {
    let is_doubtful = matches!(judged.authenticity, Authenticity::Refused | Authenticity::Unproven);
    let detail = "The domain of the sender's address says that this mail is not its own.";
    (matches!(judged.sender, Sender::Contact { .. }) && is_doubtful)
        .then(|| warning("sender_disowned", detail))
}

/// Adds the comment, unless the mail came before (R7); gives the task and the comment.
pub(super) async fn apply(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    answer: &Answer<'_>,
    explain: &mut Explain,
) -> Result<(TaskId, Option<CommentId>), Failure> {
    let mail = &answer.reading.mail;
    let mut content = Content::of(mail, &answer.judged.subject);
    match identity::claim(tx, account, answer.row, answer.reading, explain).await? {
        Identity::First => {}
        Identity::Namesake => content.warn_of_namesake(),
        Identity::Copy(first) => return became(&first),
    }
    let task = task::find(tx, account, answer.place.task).await?.ok_or_else(Refusal::not_found)?;
    let members = task::list_members(tx, account, [task.id]).await?.remove(&task.id).unwrap_or_default();
    let (author, is_unconfirmed) = author(tx, app, account, answer.judged, explain).await?;
    let sender_disowned = answer.is_disowned();
    if !sender_disowned {
        take_part(tx, account, answer, &members, author, explain).await?;
    }
    content.warnings.extend(doubt(answer.judged));
    let is_held = is_unconfirmed || sender_disowned;
    let answered = match answer.place.comment {
        Some(id) => comment::find(tx, account, id).await?,
        None => None,
    };
    let audience =
        audience::decide(tx, account, answered.as_ref(), &members, author, answer.judged.told).await?;
    let names: Vec<&str> = audience.iter().map(|it| it.name.as_str()).collect();
    explain.add("audience", told_name(answer.judged.told, is_held), names.join(", "));
    let new = NewComment {
        arrival: None,
        author,
        origin: Origin::Email,
        body: content.body,
        visible: content.visible,
        elided: content.elided,
        subject: content.subject,
        audience,
        // What answers a hidden comment stays in its circle (R23).
        hidden: answered.as_ref().is_some_and(|it| it.hidden),
        reply_to: answered.as_ref().map(|it| it.id),
        incoming_mail: Some(answer.row.id),
        unrecognized_sender: is_held,
        sender_disowned,
        hops: answer.judged.hops,
        mailbox: None,
        files: files::insert(tx, app, account, author, answer.files).await?,
        warnings: content.warnings,
    };
    let comment = conversation::add(tx, app, account, &task, &members, new).await?.id;
    explain.add("comment", "added", format!("{comment} in task {}", task.number));
    if let Some(id) = message_id(mail) {
        thread::insert_received(tx, account, &id, task.id, Some(comment), app.env.now()).await?;
    }
    note_answered(tx, app, account, task.id, answer.judged, mail, author).await?;
    Ok((task.id, Some(comment)))
}

/// What the first of several copies became.
pub(super) fn became(first: &IncomingMailRow) -> Result<(TaskId, Option<CommentId>), Failure> {
    let task = first.task_id.ok_or(Failure::Internal("a mail that was applied has no task", None))?;
    Ok((task, first.comment_id))
}

const fn told_name(told: Told, is_unconfirmed: bool) -> &'static str {
    match told {
        Told::Nobody => "nobody",
        Told::Employees => "employees",
        Told::Everybody if is_unconfirmed => "held_from_contacts",
        Told::Everybody => "told",
    }
}

/// Who wrote it; somebody new becomes a contact (CBM-3, R17). Tells whether an employee has to confirm him.
pub(super) async fn author(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    judged: &Judged,
    explain: &mut Explain,
) -> Result<(PersonId, bool), Failure> {
    match judged.sender {
        Sender::Employee { id, .. } => return Ok((id, false)),
        Sender::Contact { id } => return Ok((id, comment::waits_for_confirmation(tx, account, id).await?)),
        Sender::Stranger | Sender::Nobody | Sender::Robot => {}
    }
    let address = judged.author.as_ref().and_then(|it| EmailAddress::parse(&it.address).ok());
    let (Some(author), Some(address)) = (&judged.author, address) else {
        return Err(Failure::Internal("a mail without an author can't become a comment", None));
    };
    let is_trusted = judged.reputation.is_trusted();
    // Another of his mails may have made him known since this one was judged.
    if let Some(owner) = person::list_owners(tx, account, [address.key()]).await?.first() {
        if owner.kind == PersonKind::Employee {
            return Err(Failure::Internal("the sender became an employee meanwhile", None));
        }
        return Ok((owner.person_id, !is_trusted));
    }
    let name = author.name.as_deref().unwrap_or_default();
    let id = contact::create_from_mail(tx, &app.env, account, name, &address).await?;
    explain.add("author", "new_contact", format!("{address} was unknown and is a contact now"));
    Ok((id, !is_trusted))
}

/// CBM-4: who writes into a task takes part in it. Not so an employee without a role: he would become a reader of all
/// that was said before (S2).
async fn take_part(
    tx: &mut WriteTx,
    account: AccountId,
    answer: &Answer<'_>,
    members: &Members,
    author: PersonId,
    explain: &mut Explain,
) -> Result<(), Failure> {
    if !members.roles_of(author).is_empty() {
        return Ok(());
    }
    if matches!(answer.judged.sender, Sender::Employee { .. }) {
        explain.add("author", "no_role", "he holds no role in the task and gets none by a mail");
        return Ok(());
    }
    explain.add("author", "participant", "he takes part in the task from now on");
    task::insert_members(tx, account, answer.place.task, [(TaskRole::Participant, author)]).await?;
    Ok(())
}

/// Notes in the ledger that our message was answered: the one whose reply address was written to, else the one to this
/// author in this task that the mail names.
pub(super) async fn note_answered(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: TaskId,
    judged: &Judged,
    mail: &ParsedMail,
    author: PersonId,
) -> Result<(), Failure> {
    let mut message = judged.answered;
    if message.is_none() {
        let ids: Vec<String> = mail.in_reply_to.iter().chain(&mail.references).cloned().collect();
        let found = answered::find_to_person(tx, account, task, author, &ids).await?;
        message = found.map(|it| (it.mail_id, it.person_id));
    }
    let Some((mail, person)) = message else { return Ok(()) };
    // The reply address of a common mail is everybody's.
    let recipients =
        if person == author { Vec::new() } else { answered::list_by_mails(tx, account, [mail]).await? };
    let person = recipients.iter().map(|it| it.person_id).find(|it| *it == author).unwrap_or(person);
    let kind = DeliveryEventType::Answered;
    let event = NewEvent { id: app.env.id(), mail, person, kind, detail: None };
    Ok(delivery::insert_events(tx, account, &[event], app.env.now()).await?)
}
