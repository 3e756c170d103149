//! What leaves when something was written: mails, notices in the application, and who got nothing and why.

mod addressed;
mod deputies;
pub mod staff;

use std::collections::{HashMap, HashSet};

use data_encoding::HEXLOWER;
use liaison_domain::{
    account::Login,
    contact_mail::{ContactMailSettings, NoticeType},
    fan_out::{self, FanOut, MailTo},
    id::{AccountId, CommentId, MailTemplateId, MailboxId, OutgoingMailId, PersonId},
    mail_address::EmailAddress,
    mailbox::{DefaultMailbox, MailboxOwner, decide_mailbox},
    notification::NotificationKind,
    outgoing::{MailKind, decide_automatic_sender, decide_sender},
    person::Addressee,
    signature::Signatures,
    task::Task,
};
use liaison_persistence::{
    contact_mail_settings,
    database::WriteTx,
    mail_template,
    mailbox::{self, MailboxRow},
    outgoing_mail::{self, About, Form, NewMail, NewRecipient, SenderRow, delivery, history},
    portal, signature, suppression, thread,
};

use self::{addressed::Addressed, staff::Staff};
use super::{Failure, departure, letter, link, task_status};
use crate::{app::App, keys::digest};

/// Something written that people are to be told of.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is so or not for itself")]
pub struct Notice<'a> {
    pub account: AccountId,
    pub task: &'a Task,
    pub kind: MailKind,
    /// The comment; none where the task itself is the news.
    pub comment: Option<CommentId>,
    pub author: PersonId,
    /// The external mailbox that the author chose; none: the default one, where there is one (OUT-5, OUT-6).
    pub mailbox: Option<MailboxId>,
    /// In the order of addressing.
    pub audience: &'a [Addressee],
    /// Contacts' mail is held back until the author is confirmed (R17).
    pub contacts_wait: bool,
    /// Systems like ours that the mail which caused it went through; 0 where no mail did (R3).
    pub hops: u32,
    /// A mail brought it.
    pub by_mail: bool,
    /// Those of the audience whom a comment names (COM-4).
    pub mentioned: &'a [PersonId],
    /// Employees were told before; these are others.
    pub is_for_others: bool,
    /// The comment says why its author rejected the task.
    pub rejects: bool,
}

impl Notice<'_> {
    /// What it is to an employee whom it is addressed to, the most telling first.
    fn is_to(&self, person: PersonId) -> Vec<NotificationKind> {
        match self.kind {
            MailKind::NewComment if self.mentioned.contains(&person) => {
                vec![NotificationKind::Mention, NotificationKind::NewComment]
            }
            MailKind::NewComment if self.rejects => {
                use NotificationKind::{NewComment, StatusChanged, TaskRejected};
                vec![TaskRejected, StatusChanged, NewComment]
            }
            MailKind::NewComment => vec![NotificationKind::NewComment],
            _ => vec![NotificationKind::NewTask],
        }
    }

    /// What it is to those who want to be told everything of the task.
    fn is_to_watchers(&self) -> Option<NotificationKind> {
        (self.kind == MailKind::NewComment && !self.is_for_others).then_some(NotificationKind::NewComment)
    }
}

/// What became of a notice, and why the account's template could not be used, where it could not.
pub type Told = (FanOut, Option<String>);

/// Writes everything that leaves, in the transaction of what was written. The mails themselves are sent after its
/// commit.
pub async fn notify(tx: &mut WriteTx, app: &App, notice: &Notice<'_>) -> Result<Told, Failure> {
    let told = notify_all(tx, app, std::slice::from_ref(notice)).await?;
    told.into_iter().next().ok_or(Failure::Internal("a notice came to nothing", None))
}

/// The same for what happened in one account, in this order.
pub async fn notify_all(tx: &mut WriteTx, app: &App, notices: &[Notice<'_>]) -> Result<Vec<Told>, Failure> {
    let (mut told, mut staff) = (Vec::with_capacity(notices.len()), Vec::with_capacity(notices.len()));
    for notice in notices {
        let (plan, failed, colleagues) = leave(tx, app, notice).await?;
        told.push((plan, failed));
        staff.push((notice, colleagues));
    }
    let muted = staff::tell_all(tx, app, staff).await?;
    let told = told.into_iter().zip(muted).map(|((plan, failed), muted)| (plan.muted(&muted), failed));
    let told: Vec<Told> = told.collect();
    for (notice, (plan, _)) in notices.iter().zip(&told) {
        if let Some(comment) = notice.comment {
            outgoing_mail::insert_skipped(tx, notice.account, comment, &plan.skipped, app.env.now()).await?;
        }
    }
    Ok(told)
}

/// Writes what leaves for contacts and linked accounts; gives also the employees who are to be told.
async fn leave(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
) -> Result<(FanOut, Option<String>, Staff), Failure> {
    let now = app.env.now();
    // Whoever is answered caused it himself.
    let author = Some(notice.author).filter(|_| !notice.kind.is_answer());
    let mut plan = fan_out::plan(author, notice.audience, notice.contacts_wait);
    let (mut failed, mut mailed) = (None, HashSet::new());
    if !plan.mails.is_empty() {
        let settings = contact_mail_settings::get(tx, notice.account).await?;
        let (is_enabled, template) = match NoticeType::of(notice.kind) {
            Some(kind) => {
                let told = mail_template::find_notice(tx, notice.account, kind).await?;
                (told.enabled, told.template_id)
            }
            None => (true, None),
        };
        plan = if is_enabled { plan } else { plan.disabled() };
        let keys = plan.mails.iter().map(|it| it.address.key());
        let stopped = suppression::list_by_addresses(tx, notice.account, keys, now).await?;
        let mut suppressed = settings.suppressed_keys();
        let can_be_ended = notice.kind.can_be_ended();
        suppressed.extend(stopped.into_iter().filter(|it| it.stops(can_be_ended)).map(|it| it.address_key));
        plan = plan.without(&suppressed);
        if is_enabled {
            (failed, mailed) = write_mails(tx, app, notice, &settings, template, &plan).await?;
        }
    }
    let (account, task) = (notice.account, notice.task);
    if notice.kind == MailKind::NewTask {
        let sent = plan.mails.iter().chain(&plan.suppressed).map(|it| it.person);
        portal::insert_task_recipients(tx, account, task.id, sent).await?;
    }
    let lost = link::crossing::join(tx, app, account, task, &plan.linked, notice.comment).await?;
    let plan = plan.unreachable(&lost);
    let staff = Staff {
        people: plan.in_app.iter().map(|it| (*it, notice.is_to(*it))).collect(),
        to_watchers: notice.is_to_watchers(),
        mailed,
        addresses: plan.mails.iter().map(|it| it.address.key()).collect(),
    };
    Ok((plan, failed, staff))
}

/// Writes the mails to contacts; gives why the account's template could not be used, and who gets one.
async fn write_mails(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
    settings: &ContactMailSettings,
    template: Option<MailTemplateId>,
    plan: &FanOut,
) -> Result<(Option<String>, HashSet<PersonId>), Failure> {
    let (account, task) = (notice.account, notice.task);
    let writer = outgoing_mail::find_sender(tx, account, notice.author).await?;
    let writer = writer.ok_or(Failure::Internal("the author is not there", None))?;
    let domain = app.config.mail.domain_of(&writer.account);
    let login = writer.login.as_deref().and_then(|it| Login::parse(it).ok());
    let is_by_hand = !notice.kind.is_automatic();
    let mailbox = if login.is_some() && is_by_hand { find_mailbox(tx, notice).await? } else { None };
    let from = if is_by_hand {
        decide_sender(&writer.name, login, &writer.title, task.number)
    } else {
        decide_automatic_sender(&writer.title, task.number)
    };
    let (from_name, from_address) = match &mailbox {
        Some(it) => (it.sender_name.clone(), EmailAddress::parse(&it.address)),
        None => (from.name, from.address.at(&domain)),
    };
    let from_address = from_address.map_err(|error| Failure::internal("From is no address", error))?;
    let subject = notice.kind.subject(&task.title);
    let addressed = addressed::divide(tx, account, settings, &domain, plan, app.env.now()).await?;
    let people = || addressed.iter().map(|it| it.first.person);
    let mut repeated = match notice.comment {
        Some(comment) if settings.history_messages > 0 => {
            history::list(tx, account, task.id, people(), comment, settings.history_messages).await?
        }
        _ => HashMap::new(),
    };
    let mut known = thread::list_known(tx, account, task.id, people()).await?;
    let custom_status = task_status::find_name(tx, account, task).await?;
    // Who works here has a hand in what he sends.
    let is_automatic = notice.by_mail && writer.login.is_none();
    let departures = departure::plan(tx, app, notice, &plan.mails, is_automatic).await?;
    let signature = carry_signature(tx, notice, &writer, mailbox.as_ref()).await?;
    let new: Vec<NewMail> = addressed
        .iter()
        .map(|to| {
            let history = repeated.remove(&to.first.person).filter(|_| to.has_one_contact());
            let form = Form {
                common: to.common.clone(),
                status: Some(task.status.to_string()).filter(|_| notice.kind.tells_status()),
                custom_status: custom_status.clone(),
                ..form(settings, template, signature.clone(), history.unwrap_or_default())
            };
            let own = to.recipients().filter_map(|it| departures.get(&it.person));
            let departure = own.max_by_key(|it| it.at).filter(|_| !to.is_suppressed);
            NewMail {
                references: known.remove(&to.first.person).unwrap_or_default(),
                leaves_at: departure.map(|it| it.at),
                held_for: departure.and_then(|it| it.held_for),
                is_automatic,
                ..new_mail(app, account, &writer, &domain, to, form)
            }
        })
        .collect();
    let about = About {
        task: task.id,
        comment: notice.comment,
        kind: notice.kind,
        author: notice.author,
        mailbox: mailbox.map(|it| it.id),
        from_name: &from_name,
        from_address: &from_address,
        subject: &subject,
        hops: notice.hops.saturating_add(1),
        at: app.env.now(),
    };
    outgoing_mail::insert_all(tx, account, &about, &new).await?;
    let mailed = addressed.iter().flat_map(Addressed::recipients).map(|it| it.person).collect();
    if template.is_some() || notice.kind.is_answer() {
        Ok((write_subjects(tx, app, account, &new).await?, mailed))
    } else {
        Ok((None, mailed))
    }
}

/// Writes down the subjects that the account's template gives, and gives why it gave none where it failed.
async fn write_subjects(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    mails: &[NewMail],
) -> Result<Option<String>, Failure> {
    let rows = delivery::list(tx, account, mails.iter().map(|it| it.id)).await?;
    let letters = letter::load(tx, app, account, &rows).await?;
    let (mut subjects, mut failed) = (Vec::new(), None);
    for (row, letter) in rows.iter().zip(letters) {
        let Ok(Some((subject, warning))) = letter.map(|it| it.subject()) else { continue };
        subjects.push((row.mail_id, subject));
        failed = failed.or(warning);
    }
    outgoing_mail::update_subjects(tx, account, &subjects).await?;
    Ok(failed)
}

/// The external mailbox that an employee's mail leaves by: the one he chose, or his or the company's default one.
async fn find_mailbox(tx: &mut WriteTx, notice: &Notice<'_>) -> Result<Option<MailboxRow>, Failure> {
    let account = notice.account;
    if let Some(chosen) = notice.mailbox {
        return Ok(mailbox::find(tx, account, chosen).await?);
    }
    let mut rows = mailbox::list_defaults(tx, account, notice.author).await?;
    let defaults: Vec<DefaultMailbox> = rows
        .iter()
        .map(|it| {
            let owner = if it.owner_id.is_some() { MailboxOwner::Employee } else { MailboxOwner::Company };
            DefaultMailbox { id: it.id, owner, projects: it.projects() }
        })
        .collect();
    let decided = decide_mailbox(&defaults, notice.task.project_id);
    Ok(rows.iter().position(|it| Some(it.id) == decided).map(|i| rows.swap_remove(i)))
}

/// Keeps the signature that stands below what an employee or nobody writes, and gives its digest. What a contact wrote goes
/// on without one.
async fn carry_signature(
    tx: &mut WriteTx,
    notice: &Notice<'_>,
    writer: &SenderRow,
    mailbox: Option<&MailboxRow>,
) -> Result<Option<String>, Failure> {
    let is_automatic = notice.kind.is_automatic();
    if writer.login.is_none() && !is_automatic {
        return Ok(None);
    }
    let there = Signatures {
        mailbox: mailbox.and_then(|it| it.signature_html.clone()),
        employee: writer.own_signature.clone().filter(|_| !is_automatic),
        account: writer.account_signature.clone(),
    };
    let Some(html) = there.choose(mailbox.is_some()) else { return Ok(None) };
    let sha256 = digest(html.as_bytes());
    signature::insert_carried(tx, notice.account, &sha256, &html).await?;
    Ok(Some(HEXLOWER.encode(&sha256)))
}

fn new_mail(
    app: &App,
    account: AccountId,
    writer: &SenderRow,
    domain: &str,
    to: &Addressed<'_>,
    form: Form,
) -> NewMail {
    let id: OutgoingMailId = app.env.id();
    let recipient = |it: &MailTo| NewRecipient {
        event_id: app.env.id(),
        person: it.person,
        name: it.name.clone(),
        address: it.address.clone(),
        token_hash: digest(app.keys.reply_token(account, id, it.person).as_bytes()),
        bounce_token_hash: digest(app.keys.bounce_token(account, id, it.person).as_bytes()),
    };
    NewMail {
        id,
        job_id: app.env.id(),
        language: to.first.language.unwrap_or(writer.language),
        message_id: format!("{}@{domain}", app.keys.message_id(account, id.uuid())),
        references: Vec::new(),
        form,
        is_suppressed: to.is_suppressed,
        leaves_at: None,
        held_for: None,
        is_automatic: false,
        recipients: to.recipients().map(recipient).collect(),
    }
}

fn form(
    settings: &ContactMailSettings,
    template: Option<MailTemplateId>,
    signature: Option<String>,
    history: Vec<CommentId>,
) -> Form {
    Form {
        unique_reply_address: settings.unique_reply_address,
        attach_files: settings.attach_files,
        plain_text_part: settings.plain_text_part,
        reply_marker: settings.reply_marker,
        open_tracking: settings.open_tracking,
        signature,
        history: history.into_iter().map(CommentId::uuid).collect(),
        template: template.map(MailTemplateId::uuid),
        common: None,
        status: None,
        custom_status: None,
        notice: None,
    }
}
