//! Loads what is to be known of a mail and decides what becomes of it. Writes nothing.

use liaison_domain::{
    id::{AccountId, OutgoingMailId, PersonId},
    inbound::{
        address::LocalPart,
        addressed::{Addressed, Takes, decide_addressed},
        audience::Told,
        authenticity::Authenticity,
        matching::MatchedBy,
        order::{self, Order},
        settings::ReplyToInactive,
        standing::Reputation,
        subject::Subject,
        verdict::{Cause, Facts, MailKind, Sender, Verdict, decide},
    },
    mail_address::EmailAddress,
    task::{Task, TaskRole},
};
use liaison_mailer::parse::{self, Mailbox, ParsedMail};
use liaison_persistence::{
    account::AccountRow,
    database::Tx,
    incoming_mail::{self, Authentication, IncomingMailRow},
    incoming_settings, mail_sender, task,
};

use super::{authenticity::Origin, explain::Explain, matching::Traces, reading::Reading, sender};
use crate::{
    app::App,
    service::{Failure, intake::mailbox::resolve},
};

/// What was decided, and what writing it needs.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) matched_by: MatchedBy,
    pub(super) sender: Sender,
    /// Whether there is a message in it at all.
    pub(super) is_readable: bool,
    /// Whom the author is known by: From, or Reply-To where the account wants that.
    pub(super) author: Option<Mailbox>,
    pub(super) reputation: Reputation,
    pub(super) authenticity: Authenticity,
    pub(super) authentication: Option<Authentication>,
    /// Whether an answer by ourselves goes to whom it is really from (S3).
    pub(super) may_be_answered: bool,
    /// Systems like ours that it went through (R3).
    pub(super) hops: u32,
    pub(super) subject: Subject,
    pub(super) told: Told,
    /// The message whose reply address was written to, or whose marker was quoted.
    pub(super) answered: Option<(OutgoingMailId, PersonId)>,
    /// Whom a task is for that it begins.
    pub(super) addressed: Addressed,
    pub(super) explain: Explain,
}

impl Judged {
    /// All that speaks against it is that the DNS gave no answer.
    pub(super) fn is_postponed(&self) -> bool {
        let is_refused = matches!(self.verdict, Verdict::Keep { cause: Some(Cause::SpoofedEmployee), .. });
        is_refused && self.authenticity == Authenticity::Postponed
    }
}

pub(super) async fn judge(
    tx: &mut dyn Tx,
    app: &App,
    account: &AccountRow,
    row: &IncomingMailRow,
    reading: &Reading,
    origin: &Origin,
    order: Option<Order>,
) -> Result<Judged, Failure> {
    let mail = &reading.mail;
    let domain = app.config.mail.domain_of(&account.name);
    let mut explain = Explain::default();
    let n_recipients = row.recipients.0.len();
    explain.add(
        "receive",
        row.via.as_str(),
        format!("{} bytes for {n_recipients} of our addresses", row.size),
    );

    let kind = kind(mail);
    explain.add("read", kind_name(kind), mail.reasons.join("; "));

    let settings = incoming_settings::get(tx, account.id).await?;
    let mut traces = Traces::find(tx, app, account, row, reading).await?;
    let hops = Hops::read(&mail.route.hops, &app.keys.installation());
    let is_from_us = mail.from.as_ref().is_some_and(|it| is_in(&it.address, &domain));
    let own_mail = traces.is_ours || (hops.was_here && is_from_us);
    let detail = format!("went through {} systems like this one", hops.count);
    explain.add("loop", if own_mail { "own_mail" } else { "pass" }, detail);

    let sender::Found { sender, author, detail } =
        sender::find(tx, account.id, &domain, mail, &settings).await?;
    explain.add("sender", sender_name(sender), detail);
    let from = mail.from.as_ref().and_then(|it| EmailAddress::parse(&it.address).ok());
    let reputation = match &from {
        Some(address) => mail_sender::reputation(tx, account.id, address).await?,
        None => Reputation::default(),
    };
    let authenticity = origin.judge(app, row, sender, &mut explain);

    let mut subject = Subject::read(&mail.subject);
    // A guess trusts the sender, so it needs one who is believed.
    let known = if authenticity == Authenticity::Refused { Sender::Stranger } else { sender };
    let matched = traces.follow(tx, account.id, &mut subject, known, &settings, &mut explain).await?;

    let closed = match matched.place {
        Some(place) if settings.reply_to_inactive == ReplyToInactive::NewTask => {
            task::find(tx, account.id, place.task).await?.filter(|it| !it.status.is_active())
        }
        _ => None,
    };
    let addressed = match &closed {
        Some(task) => addressed_before(tx, account.id, task, &domain).await?,
        None => addressed(tx, account.id, &row.recipients.0, mail.to.iter().chain(&mail.cc), &domain).await?,
    };
    if let Some(task) = &closed {
        explain.add("inactive", task.status.as_str(), format!("task {} is closed", task.number));
    } else if matched.place.is_none() {
        explain.add("addresses", takes_name(addressed.takes), row.recipients.0.join(", "));
    }

    // What is sent to many may begin something new like any other mail; in a conversation it sets off no mail (R1).
    let is_news = kind == MailKind::AutoReply && mail.automation.is_mass_mail() && matched.place.is_none();
    let facts = Facts {
        settings: &settings,
        kind: if is_news { MailKind::Message } else { kind },
        own_mail,
        hops: hops.count,
        sender,
        reputation,
        authentic: matches!(authenticity, Authenticity::Believed | Authenticity::Unproven),
        place: matched.place.map(|place| (matched.by, place)),
        is_closed: closed.is_some(),
        takes: addressed.takes,
        has_content: has_content(mail),
        has_subject: !mail.subject.trim().is_empty(),
    };
    let verdict = order.map_or_else(|| decide(&facts), |it| order::decide(it, &facts));
    match verdict {
        Verdict::Comment { .. } => explain.add("verdict", "comment", "it is added to the conversation"),
        Verdict::NewTask { .. } => explain.add("verdict", "new_task", "it begins a task"),
        Verdict::Keep { state, cause } => {
            explain.add("verdict", state.as_str(), cause.map_or("it changes nothing", |it| it.as_str()));
        }
    }
    Ok(Judged {
        verdict,
        matched_by: matched.by,
        sender,
        is_readable: !matches!(kind, MailKind::OverLimits | MailKind::Unparsable),
        author,
        reputation,
        authenticity,
        authentication: origin.authentication(),
        may_be_answered: origin.may_be_answered(app),
        hops: hops.count,
        told: Told::decide(subject.is_silent, &settings),
        subject,
        answered: matched.answered,
        addressed,
        explain,
    })
}

const fn kind(mail: &ParsedMail) -> MailKind {
    match mail.kind {
        parse::MailKind::Message => MailKind::Message,
        parse::MailKind::AutoReply => MailKind::AutoReply,
        parse::MailKind::Complaint => MailKind::Complaint,
        parse::MailKind::Unparsable if mail.exceeds.is_some() => MailKind::OverLimits,
        parse::MailKind::Unparsable => MailKind::Unparsable,
        parse::MailKind::Bounce => {
            let is_readable = match &mail.bounce {
                Some(it) => !it.recipients.is_empty() || it.original_message_id.is_some(),
                None => false,
            };
            MailKind::Bounce { is_readable }
        }
    }
}

const fn kind_name(kind: MailKind) -> &'static str {
    match kind {
        MailKind::OverLimits => "over_limits",
        MailKind::Unparsable => "unparsable",
        MailKind::Message => "message",
        MailKind::AutoReply => "auto_reply",
        MailKind::Bounce { is_readable: true } => "bounce",
        MailKind::Bounce { is_readable: false } => "unreadable_bounce",
        MailKind::Complaint => "complaint",
    }
}

const fn sender_name(sender: Sender) -> &'static str {
    match sender {
        Sender::Nobody => "nobody",
        Sender::Robot => "robot",
        Sender::Employee { .. } => "employee",
        Sender::Contact { .. } => "contact",
        Sender::Stranger => "stranger",
    }
}

/// Which of our addresses it was sent to, and whom they belong to.
async fn addressed<'a>(
    tx: &mut dyn Tx,
    account: AccountId,
    envelope: &[String],
    written: impl Iterator<Item = &'a Mailbox>,
    domain: &str,
) -> Result<Addressed, Failure> {
    let read = |address: &str| {
        let (local, of) = address.rsplit_once('@')?;
        of.eq_ignore_ascii_case(domain).then(|| LocalPart::read(local)).flatten()
    };
    let envelope: Vec<_> = envelope.iter().map(|it| read(it)).collect();
    let written: Vec<_> = written.filter_map(|it| read(&it.address)).map(Some).collect();
    let found = resolve(tx, account, &[envelope.as_slice(), &written].concat()).await?;
    let (envelope, written) = found.split_at_checked(envelope.len()).unwrap_or_default();
    Ok(decide_addressed(envelope, written))
}

/// Whom the task is for that goes on where a closed one ended: the addresses to which the mail went that began that one
/// (INA-1, INA-2); where none did, those who worked on it (INA-3).
async fn addressed_before(
    tx: &mut dyn Tx,
    account: AccountId,
    closed: &Task,
    domain: &str,
) -> Result<Addressed, Failure> {
    if let Some(id) = closed.incoming_mail_id
        && let Some(first) = incoming_mail::find(tx, account, id).await?
    {
        let before = addressed(tx, account, &first.recipients.0, std::iter::empty(), domain).await?;
        if before.takes == Takes::Tasks {
            return Ok(before);
        }
    }
    let members = task::list_members(tx, account, [closed.id]).await?.remove(&closed.id).unwrap_or_default();
    let assignees = members.of(TaskRole::Assignee).map(|it| it.id).collect();
    Ok(Addressed { takes: Takes::Tasks, assignees, project: closed.project_id })
}

const fn takes_name(takes: Takes) -> &'static str {
    match takes {
        Takes::Tasks => "tasks",
        Takes::Answers => "answers",
        Takes::Nothing => "nothing",
    }
}

/// The hop marks of a mail (R3).
#[derive(Debug, Default)]
struct Hops {
    count: u32,
    /// This installation is among them.
    was_here: bool,
}

impl Hops {
    /// Reads `<installation>; hops=<n>`.
    fn read(marks: &[String], installation: &str) -> Self {
        let mut hops = Self::default();
        for mark in marks {
            let (name, rest) = mark.split_once(';').unwrap_or((mark, ""));
            let count = rest.trim().strip_prefix("hops=").and_then(|it| it.trim().parse().ok());
            hops.count = hops.count.max(count.unwrap_or_default());
            hops.was_here |= name.trim().eq_ignore_ascii_case(installation);
        }
        hops
    }
}

fn is_in(address: &str, domain: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, it)| it.eq_ignore_ascii_case(domain))
}

fn has_content(mail: &ParsedMail) -> bool {
    !mail.text.trim().is_empty() || mail.attachments.iter().any(|it| !it.inline_noise)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R3
    #[test]
    fn hop_marks_tell_how_far_and_whether_here() {
        let read =
            |marks: &[&str]| Hops::read(&marks.iter().map(ToString::to_string).collect::<Vec<_>>(), "abc");
        assert_eq!(read(&[]).count, 0);
        let hops = read(&["xyz; hops=2", "ABC;hops= 1"]);
        assert!(hops.was_here && hops.count == 2);
        let bent = read(&["abcd; hops=-1", "; hops=x", "hops=9"]);
        assert!(!bent.was_here && bent.count == 0);
    }
}
