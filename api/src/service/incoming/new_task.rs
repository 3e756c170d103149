//! Turns a mail into a task: whose it is, who works on it, who takes part, its files, its thread — in one transaction
//! (TBM-1 … TBM-16).

use liaison_domain::{
    comment::Origin,
    fan_out::notified_of_new_task,
    id::{AccountId, CommentId, PersonId, TaskId},
    inbound::{
        addressed::Addressed,
        audience::Told,
        authenticity::Authenticity,
        new_task::{follows, title},
        participants::{Joining, Receiver, Receivers, decide_joining},
        verdict::Sender,
    },
    mail_address::EmailAddress,
    person::{Addressee, PersonKind},
    project::ProjectPart,
    refusal::Refusal,
    task::{Priority, Task, TaskRole},
};
use liaison_mailer::parse::{
    Mailbox,
    reply_text::{Forwarded, find_forwarded},
};
use liaison_persistence::{
    account::AccountRow, comment, database::WriteTx, incoming_mail::IncomingMailRow, incoming_settings,
    mailbox, person, task, thread,
};

use super::{
    answer,
    apply::{author, became, doubt, note_answered},
    content::Content,
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
        people::may_join,
        rich_text::RichText,
        task::{self as tasks, counterparty_of, default_people},
    },
};

/// A mail that begins a task.
#[derive(Debug)]
pub(super) struct NewTask<'a> {
    pub(super) judged: &'a Judged,
    pub(super) row: &'a IncomingMailRow,
    pub(super) reading: &'a Reading,
    pub(super) files: &'a [KeptFile],
    /// The closed task that it was an answer to (INA-1).
    pub(super) follows: Option<TaskId>,
}

/// Begins the task, unless the mail came before (R7); gives the task, and the comment where an earlier copy became one.
pub(super) async fn begin(
    tx: &mut WriteTx,
    app: &App,
    account: &AccountRow,
    new: &NewTask<'_>,
    explain: &mut Explain,
) -> Result<(TaskId, Option<CommentId>), Failure> {
    let mail = &new.reading.mail;
    let mut content = Content::of(mail, &new.judged.subject);
    let mut assignees = assignees(tx, account.id, &new.judged.addressed).await?;
    match identity::claim(tx, account.id, new.row, new.reading, explain).await? {
        Identity::First => {}
        Identity::Namesake => content.warn_of_namesake(),
        Identity::Copy(first) => match join(tx, app, account.id, new, &first, &assignees, explain).await? {
            Joined::Here(copied) => return became(&copied),
            Joined::Apart(missing) => assignees = missing,
        },
    }
    let project = new.judged.addressed.project;
    if assignees.is_empty() {
        assignees = default_people(tx, account.id, project, ProjectPart::Assignee).await?;
    }
    content.warnings.extend(doubt(new.judged));
    let (author, _) = author(tx, app, account.id, new.judged, explain).await?;
    let passed_on = passed_on(tx, app, account, new, author, explain).await?;
    let (assigner, body, subject) = match &passed_on {
        Some((requester, inside)) => (*requester, RichText::from_text(&inside.text), &inside.subject),
        None => (author, content.body.without_end(), &new.judged.subject.shown),
    };
    let body = match new.follows {
        Some(closed) => continued(tx, account, closed, &body, explain).await?,
        None => body,
    };
    let assigner_kind = match new.judged.sender {
        Sender::Employee { .. } if passed_on.is_none() => PersonKind::Employee,
        _ => PersonKind::Contact,
    };
    let mut participants = participants(tx, app, account, new, explain).await?;
    if participants.is_empty() {
        let people = default_people(tx, account.id, project, ProjectPart::Participant).await?;
        participants.extend(people.iter().map(|it| it.id));
    }
    // Who passes a mail on wants to see what comes of it.
    let participants = participants.into_iter().chain(passed_on.as_ref().map(|_| author));
    let others = |it: &PersonId| *it != assigner && assignees.iter().all(|assignee| assignee.id != *it);
    let roles = [(TaskRole::Assigner, assigner)].into_iter();
    let roles = roles.chain(assignees.iter().map(|it| (TaskRole::Assignee, it.id)));
    let roles = roles.chain(participants.filter(others).map(|it| (TaskRole::Participant, it))).collect();
    let begun = tasks::NewTask {
        title: title(subject, account.language),
        description: body,
        priority: Priority::Normal,
        start_at: Some(app.env.now()),
        deadline: None,
        parent_id: None,
        project_id: project,
        counterparty_id: counterparty_of(tx, account.id, assigner).await?,
        company_access: true,
        incoming_mail_id: Some(new.row.id),
        created_by: author,
        roles,
        told: if new.judged.told == Told::Nobody {
            Vec::new()
        } else {
            notified_of_new_task(Some(assigner_kind), assignees.iter())
        },
        checklist: Vec::new(),
        files: files::insert(tx, app, account.id, author, new.files).await?,
        warnings: content.warnings,
        mail_hops: Some(new.judged.hops),
    };
    let task = tasks::add(tx, app, account.id, begun).await?;
    let names: Vec<&str> = assignees.iter().map(|it| it.name.as_str()).collect();
    explain.add("task", "begun", format!("task {} for {}", task.number, names.join(", ")));
    if let Some(id) = message_id(mail) {
        thread::insert_received(tx, account.id, &id, task.id, None, app.env.now()).await?;
    }
    if let Some(closed) = new.follows {
        note_answered(tx, app, account.id, closed, new.judged, mail, author).await?;
    }
    if passed_on.is_none() {
        answer::send(tx, app, account, new, &task, author, explain).await?;
    }
    if let Some((_, inside)) = &passed_on {
        remark(tx, app, account.id, new, &task, author, &inside.remark).await?;
    }
    Ok((task.id, None))
}

/// Names the closed task above the text: by its number, since whoever wrote may know nothing else of it (S2).
async fn continued(
    tx: &mut WriteTx,
    account: &AccountRow,
    closed: TaskId,
    body: &RichText,
    explain: &mut Explain,
) -> Result<RichText, Failure> {
    let closed = task::find(tx, account.id, closed).await?.ok_or_else(Refusal::not_found)?;
    explain.add("task", "follows", format!("it goes on where task {} ended", closed.number));
    let line = RichText::from_text(&follows(closed.number, account.language));
    Ok(RichText {
        html: format!("{}{}", line.html, body.html),
        text: format!("{}\n\n{}", line.text, body.text),
    })
}

/// Those of the owners who can work on it: who left since gets nothing.
async fn assignees(
    tx: &mut WriteTx,
    account: AccountId,
    addressed: &Addressed,
) -> Result<Vec<Addressee>, Failure> {
    let mut known = person::list_addressees(tx, account, addressed.assignees.iter().copied()).await?;
    let known = addressed.assignees.iter().filter_map(|id| known.remove(id));
    Ok(known.filter(may_join).collect())
}

/// What became of a copy.
enum Joined {
    /// What this earlier copy became.
    Here(Box<IncomingMailRow>),
    /// A task of its own for these.
    Apart(Vec<Addressee>),
}

/// Makes the owners of further addresses assignees of what an earlier copy of the mail began (R7, TBM-7). Where they would
/// read what was said there since, they get a task of their own: a mail makes nobody a reader of that (S2).
async fn join(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    new: &NewTask<'_>,
    first: &IncomingMailRow,
    assignees: &[Addressee],
    explain: &mut Explain,
) -> Result<Joined, Failure> {
    let here = || Ok(Joined::Here(Box::new(first.clone())));
    let (Some(id), None) = (first.task_id, first.comment_id) else { return here() };
    let task = task::find_to_change(tx, account, id).await?.ok_or_else(Refusal::not_found)?;
    let members = task::list_members(tx, account, [id]).await?.remove(&id).unwrap_or_default();
    let missing: Vec<Addressee> =
        assignees.iter().filter(|it| members.roles_of(it.id).is_empty()).cloned().collect();
    if missing.is_empty() {
        return here();
    }
    if comment::count(tx, account, id).await? > 0 {
        let people = missing.iter().map(|it| it.id);
        if let Some(other) = identity::claim_apart(tx, account, new.row, new.reading, people).await? {
            return Ok(Joined::Here(Box::new(other)));
        }
        explain.add("duplicate", "apart", "in the task of the first copy others talk already");
        return Ok(Joined::Apart(missing));
    }
    tasks::add_assignees(tx, app, account, task.created_by, (&task, &members), &missing, new.judged.hops)
        .await?;
    let names: Vec<&str> = missing.iter().map(|it| it.name.as_str()).collect();
    explain.add("duplicate", "joined", format!("{} works on task {} too", names.join(", "), task.number));
    here()
}

/// The mail that an employee passes on and who wrote it: he, and not the employee, wants something (R22). None where
/// nothing proves that the employee does, and for a colleague's mail: what colleagues say comes from themselves.
async fn passed_on(
    tx: &mut WriteTx,
    app: &App,
    account: &AccountRow,
    new: &NewTask<'_>,
    author: PersonId,
    explain: &mut Explain,
) -> Result<Option<(PersonId, Forwarded)>, Failure> {
    let is_proven = matches!(new.judged.sender, Sender::Employee { .. })
        && new.judged.authenticity == Authenticity::Believed;
    let inside = is_proven.then(|| find_forwarded(&new.reading.mail)).flatten();
    let Some((inside, receiver)) = inside.and_then(|it| read(&it.from).map(|from| (it, from))) else {
        return Ok(None);
    };
    if receiver.address.domain() == app.config.mail.domain_of(&account.name) {
        return Ok(None);
    }
    let owners = person::list_owners(tx, account.id, [receiver.address.key()]).await?;
    if owners.iter().any(|it| it.kind == PersonKind::Employee) {
        return Ok(None);
    }
    explain.add("requester", "passed_on", format!("{} wrote the mail that is passed on", receiver.address));
    let found = find_or_create(tx, app, account.id, vec![receiver], explain).await?;
    let requester = found.into_iter().find(|it| it.id != author);
    Ok(requester.map(|it| (it.id, inside)))
}

/// Keeps what the employee wrote above a mail that he passes on: for colleagues who work on it, never for the requester.
async fn remark(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    new: &NewTask<'_>,
    task: &Task,
    author: PersonId,
    remark: &str,
) -> Result<(), Failure> {
    if remark.is_empty() {
        return Ok(());
    }
    let members = task::list_members(tx, account, [task.id]).await?.remove(&task.id).unwrap_or_default();
    let colleagues = members.of(TaskRole::Assignee).filter(|it| it.kind == PersonKind::Employee);
    let colleagues: Vec<PersonId> = colleagues.map(|it| it.id).filter(|it| *it != author).collect();
    let known = person::list_addressees(tx, account, colleagues).await?;
    let comment = NewComment {
        arrival: None,
        author,
        origin: Origin::Email,
        body: RichText::from_text(remark),
        visible: remark.to_owned(),
        elided: String::new(),
        subject: None,
        audience: known.into_values().collect(),
        hidden: false,
        reply_to: None,
        incoming_mail: Some(new.row.id),
        unrecognized_sender: false,
        sender_disowned: false,
        hops: new.judged.hops,
        mailbox: None,
        files: Vec::new(),
        warnings: Vec::new(),
    };
    conversation::add(tx, app, account, task, &members, comment).await.map(drop)
}

/// The people in To and Cc (TBM-8, TBM-9); unknown ones become contacts (TBM-2).
async fn participants(
    tx: &mut WriteTx,
    app: &App,
    account: &AccountRow,
    new: &NewTask<'_>,
    explain: &mut Explain,
) -> Result<Vec<PersonId>, Failure> {
    let mail = &new.reading.mail;
    let own_domain = app.config.mail.domain_of(&account.name);
    let author = new.judged.author.as_ref().and_then(read).map(|it| it.address.key());
    let receivers = Receivers {
        to: mail.to.iter().filter_map(read).collect(),
        cc: mail.cc.iter().filter_map(read).collect(),
        envelope: new.row.recipients.0.iter().filter_map(|it| EmailAddress::parse(it).ok()).collect(),
    };
    let settings = incoming_settings::get(tx, account.id).await?;
    let mut joining = match decide_joining(&receivers, &own_domain, settings.add_original_recipients) {
        Joining::These(joining) => joining,
        Joining::TooMany => {
            explain.add("participants", "mass_mailing", "more than 20 receivers: nobody of them joins");
            return Ok(Vec::new());
        }
    };
    joining.retain(|it| Some(it.address.key()) != author);
    if joining.is_empty() {
        return Ok(Vec::new());
    }
    let found = find_or_create(tx, app, account.id, joining, explain).await?;
    let (joining, others): (Vec<_>, Vec<_>) = found.into_iter().partition(may_join);
    let names = |people: &[Addressee]| people.iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(", ");
    if !joining.is_empty() {
        explain.add("participants", "join", names(&joining));
    }
    if !others.is_empty() {
        explain.add("participants", "left_out", format!("{}: may not take part", names(&others)));
    }
    Ok(joining.into_iter().map(|it| it.id).collect())
}

fn read(mailbox: &Mailbox) -> Option<Receiver> {
    let address = EmailAddress::parse(&mailbox.address).ok()?;
    Some(Receiver { name: mailbox.name.clone(), address })
}

/// The people with these addresses, each once; who is unknown becomes a contact (CBM-5: a name alone is nobody's). A mailbox
/// of the account is nobody: its mail comes here, and what we sent to it would come back.
async fn find_or_create(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    receivers: Vec<Receiver>,
    explain: &mut Explain,
) -> Result<Vec<Addressee>, Failure> {
    let owners = person::list_owners(tx, account, receivers.iter().map(|it| it.address.key())).await?;
    let mut ids: Vec<PersonId> = Vec::with_capacity(receivers.len());
    for it in receivers {
        let key = it.address.key();
        let id = if let Some(owner) = owners.iter().find(|owner| owner.address_key == key) {
            owner.person_id
        } else if mailbox::find_by_address(tx, account, &key).await?.is_some() {
            continue;
        } else {
            let name = it.name.as_deref().unwrap_or_default();
            explain.add("contact", "new", format!("{} was unknown and is a contact now", it.address));
            contact::create_from_mail(tx, &app.env, account, name, &it.address).await?
        };
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let mut known = person::list_addressees(tx, account, ids.iter().copied()).await?;
    Ok(ids.iter().filter_map(|id| known.remove(id)).collect())
}
