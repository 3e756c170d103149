//! Loads what is to be known of a mail and decides what becomes of it. Writes nothing.

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use liaison_domain::{
    id::{AccountId, OutgoingMailId, PersonId},
    inbound::{
        authenticity::Authenticity,
        matching::{Clues, Found, MatchedBy, Place, decide_place, is_usable_id},
        verdict::{Cause, Facts, MailKind, Sender, Verdict, decide},
    },
};
use liaison_mailer::parse::{self, ParsedMail};
use liaison_persistence::{
    account::AccountRow,
    database::Tx,
    incoming_mail::{Authentication, IncomingMailRow},
    outgoing_mail::answered,
    task, thread,
};

use super::{authenticity::Origin, explain::Explain, reading::Reading, sender};
use crate::{app::App, keys::mail_token_digest, service::Failure};

/// What was decided, and what writing it needs.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) matched_by: MatchedBy,
    pub(super) sender: Sender,
    pub(super) authenticity: Authenticity,
    pub(super) authentication: Option<Authentication>,
    /// Systems like ours that it went through (R3).
    pub(super) hops: u32,
    /// The message whose reply address was written to.
    pub(super) answered: Option<(OutgoingMailId, PersonId)>,
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
    tx: &mut impl Tx,
    app: &App,
    account: &AccountRow,
    row: &IncomingMailRow,
    reading: &Reading,
    origin: &Origin,
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

    let clues = gather(row, mail, &domain);
    let traces = find(tx, account.id, &clues, mail).await?;
    let hops = Hops::read(&mail.route.hops, &app.keys.installation());
    let is_from_us = mail.from.as_ref().is_some_and(|it| is_in(&it.address, &domain));
    let own_mail = traces.is_ours || (hops.was_here && is_from_us);
    let detail = format!("went through {} systems like this one", hops.count);
    explain.add("loop", if own_mail { "own_mail" } else { "pass" }, detail);

    let (sender, detail) = sender::find(tx, account.id, &domain, mail).await?;
    explain.add("sender", sender_name(sender), detail);
    let authenticity = origin.judge(app, row, sender, &mut explain);

    let place = decide_place(&clues, &traces.found);
    let matched_by = place.map_or(MatchedBy::None, |(matched_by, _)| matched_by);
    explain.add("match", matched_by.as_str(), match_detail(&clues, matched_by));

    let facts = Facts {
        kind,
        own_mail,
        hops: hops.count,
        sender,
        authentic: matches!(authenticity, Authenticity::Believed | Authenticity::Unproven),
        place,
        has_content: has_content(mail),
    };
    let verdict = decide(&facts);
    match verdict {
        Verdict::Comment { .. } => explain.add("verdict", "comment", "it is added to the conversation"),
        Verdict::Keep { state, cause } => {
            explain.add("verdict", state.as_str(), cause.map_or("it changes nothing", |it| it.as_str()));
        }
    }
    let answered = (matched_by == MatchedBy::ReplyToken)
        .then(|| clues.tokens.iter().find_map(|it| traces.answered.get(it.as_str()).copied()))
        .flatten();
    let (authentication, hops) = (origin.authentication(), hops.count);
    Ok(Judged { verdict, matched_by, sender, authenticity, authentication, hops, answered, explain })
}

/// The mail's Message-ID, where it is one that can be kept.
pub(super) fn message_id(mail: &ParsedMail) -> Option<String> {
    mail.message_id.clone().filter(|it| is_usable_id(it))
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

/// R13: envelope first, then the fields in which servers on the way keep it, then what the author wrote.
fn gather(row: &IncomingMailRow, mail: &ParsedMail, domain: &str) -> Clues {
    let written = mail.to.iter().chain(&mail.cc).chain(&mail.route.resent_to).map(|it| &it.address);
    let addresses = row.recipients.0.iter().chain(&mail.route.delivered_to).chain(written);
    Clues::gather(addresses.map(String::as_str), domain, &mail.in_reply_to, &mail.references)
}

/// What the database knows of the clues.
#[derive(Debug, Default)]
struct Traces {
    found: Found,
    /// The messages that the reply tokens belong to.
    answered: HashMap<String, (OutgoingMailId, PersonId)>,
    /// The mail's own Message-ID is one that we made.
    is_ours: bool,
}

async fn find(
    tx: &mut impl Tx,
    account: AccountId,
    clues: &Clues,
    mail: &ParsedMail,
) -> Result<Traces, Failure> {
    let mut traces = Traces::default();
    let hex = |token| HEXLOWER.encode(&mail_token_digest(token));
    let tokens: HashMap<String, _> = clues.tokens.iter().map(|it| (hex(it), it)).collect();
    let digests: Vec<String> = tokens.keys().cloned().collect();
    for row in answered::list_by_tokens(tx, account, &digests).await? {
        let Some(token) = tokens.get(&HEXLOWER.encode(&row.token_hash)) else { continue };
        let place = Place { task: row.task_id, comment: row.comment_id };
        traces.found.tokens.insert((*token).clone(), place);
        traces.answered.insert(token.as_str().to_owned(), (row.mail_id, row.person_id));
    }
    if !clues.task_numbers.is_empty() {
        let tasks = task::list_by_numbers(tx, account, &clues.task_numbers).await?;
        traces.found.tasks = tasks.into_iter().map(|it| (it.number, it.id)).collect();
    }
    let own_id = message_id(mail);
    let ids = clues.message_ids.iter().chain(&own_id).cloned();
    for row in thread::list_references(tx, account, ids).await? {
        traces.is_ours |= row.is_ours && own_id.as_ref() == Some(&row.message_id);
        let place = Place { task: row.task_id, comment: row.comment_id };
        traces.found.message_ids.insert(row.message_id, place);
    }
    Ok(traces)
}

fn match_detail(clues: &Clues, matched_by: MatchedBy) -> String {
    match matched_by {
        MatchedBy::ReplyToken => "a reply address of ours leads to the message that is answered".to_owned(),
        MatchedBy::TaskAddress => "a task's address is among its receivers".to_owned(),
        MatchedBy::References => "In-Reply-To or References names a mail of the conversation".to_owned(),
        MatchedBy::None => format!(
            "of {} reply addresses, {} task addresses and {} Message-IDs none is known",
            clues.tokens.len(),
            clues.task_numbers.len(),
            clues.message_ids.len()
        ),
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
