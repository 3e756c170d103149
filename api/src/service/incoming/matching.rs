//! Finds the conversation of a mail: loads what its clues point to, lets the domain follow them, and tells of each step.

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use liaison_domain::{
    id::{AccountId, OutgoingMailId, PersonId, TaskId},
    inbound::{
        matching::{
            Chain, Clues, Found, Look, MatchedBy, Named, Place, follow, guess, is_usable_id, may_guess,
        },
        provider_id::left_part,
        settings::IncomingSettings,
        subject::Subject,
        verdict::Sender,
    },
};
use liaison_mailer::parse::ParsedMail;
use liaison_persistence::{
    account::AccountRow,
    database::Tx,
    employee,
    incoming_mail::IncomingMailRow,
    outgoing_mail::answered,
    page::PageRequest,
    task::{self, Filter, Order},
    thread,
};

use super::{explain::Explain, reading::Reading};
use crate::{
    app::App,
    keys::{mail_token_digest, marked_mail},
    service::Failure,
};

/// Of the tasks that a sender takes part in, so many of the latest are looked at.
const MAX_OWN_TASKS: i64 = 1_000;

/// What the database knows of a mail's clues.
#[derive(Debug, Default)]
pub(super) struct Traces {
    clues: Clues,
    found: Found,
    /// The messages that the reply tokens and markers belong to.
    answered: HashMap<String, (OutgoingMailId, PersonId)>,
    /// The mail's own Message-ID is one that we made.
    pub(super) is_ours: bool,
}

/// Where a mail belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matched {
    pub(super) by: MatchedBy,
    pub(super) place: Option<Place>,
    /// The message whose reply address was written to, or whose marker was quoted.
    pub(super) answered: Option<(OutgoingMailId, PersonId)>,
}

/// The mail's Message-ID, where it is one that can be kept.
pub(super) fn message_id(mail: &ParsedMail) -> Option<String> {
    mail.message_id.clone().filter(|it| is_usable_id(it))
}

impl Traces {
    /// Looks the clues up that prove themselves.
    pub(super) async fn find(
        tx: &mut dyn Tx,
        app: &App,
        account: &AccountRow,
        row: &IncomingMailRow,
        reading: &Reading,
    ) -> Result<Self, Failure> {
        let domain = app.config.mail.domain_of(&account.name);
        let mut traces = Self { clues: gather(row, reading, &domain), ..Self::default() };
        traces.find_tokens(tx, account.id).await?;
        if !traces.clues.task_numbers.is_empty() {
            let tasks = task::list_by_numbers(tx, account.id, &traces.clues.task_numbers).await?;
            traces.found.tasks = tasks.into_iter().map(|it| (it.number, it.id)).collect();
        }
        traces.find_references(tx, account.id, message_id(&reading.mail)).await?;
        if !traces.clues.markers.is_empty() {
            traces.find_markers(tx, app, account.id).await?;
        }
        Ok(traces)
    }

    async fn find_tokens(&mut self, tx: &mut dyn Tx, account: AccountId) -> Result<(), Failure> {
        let hex = |token| HEXLOWER.encode(&mail_token_digest(token));
        let tokens: HashMap<String, _> = self.clues.tokens.iter().map(|it| (hex(it), it)).collect();
        let digests: Vec<String> = tokens.keys().cloned().collect();
        for row in answered::list_by_tokens(tx, account, &digests).await? {
            let Some(token) = tokens.get(&HEXLOWER.encode(&row.token_hash)) else { continue };
            let place = Place { task: row.task_id, comment: row.comment_id };
            self.found.tokens.insert((*token).clone(), place);
            self.answered.insert(token.as_str().to_owned(), (row.mail_id, row.person_id));
        }
        Ok(())
    }

    /// An id that a provider gave our mail may be known by its left part only (R16).
    async fn find_references(
        &mut self,
        tx: &mut dyn Tx,
        account: AccountId,
        own_id: Option<String>,
    ) -> Result<(), Failure> {
        let ids: Vec<&String> = self.clues.message_ids.iter().chain(&own_id).collect();
        let forms = ids.iter().flat_map(|id| [Some(id.as_str()), left_part(id)]).flatten();
        let forms: Vec<String> = forms.map(ToOwned::to_owned).collect();
        let rows = thread::list_references(tx, account, forms).await?;
        let known: HashMap<&str, _> = rows.iter().map(|it| (it.message_id.as_str(), it)).collect();
        let found: Vec<_> = ids
            .into_iter()
            .filter_map(|id| {
                let row = known.get(id.as_str()).or_else(|| known.get(left_part(id)?))?;
                Some((id.clone(), *row))
            })
            .collect();
        for (id, row) in found {
            self.is_ours |= row.is_ours && own_id.as_ref() == Some(&id);
            self.found.message_ids.insert(id, Place { task: row.task_id, comment: row.comment_id });
        }
        Ok(())
    }

    async fn find_markers(&mut self, tx: &mut dyn Tx, app: &App, account: AccountId) -> Result<(), Failure> {
        let mails: Vec<OutgoingMailId> = self.clues.markers.iter().filter_map(marked_mail).collect();
        for row in answered::list_by_mails(tx, account, mails).await? {
            let is_his =
                |marker: &&_| app.keys.body_marker_matches(marker, account, row.mail_id, row.person_id);
            let Some(marker) = self.clues.markers.iter().find(is_his) else { continue };
            let place = Place { task: row.task_id, comment: row.comment_id };
            self.found.markers.insert(marker.clone(), place);
            self.answered.insert(marker.as_str().to_owned(), (row.mail_id, row.person_id));
        }
        Ok(())
    }

    /// Follows the clues, the weak ones last, and tells what each step came to.
    pub(super) async fn follow(
        &mut self,
        tx: &mut dyn Tx,
        account: AccountId,
        subject: &mut Subject,
        sender: Sender,
        settings: &IncomingSettings,
        explain: &mut Explain,
    ) -> Result<Matched, Failure> {
        // With a task's number the text means nothing (CBM-6).
        if self.clues.for_any_task
            && self.clues.task_numbers.is_empty()
            && let Some(text) = subject.take_search()
        {
            self.found.named = Some(Named(find_named(tx, account, sender, &text).await?));
        }
        let subject = &*subject;
        let mut chain = follow(&self.clues, &self.found);
        if chain.hit().is_none() {
            let own = match sender {
                Sender::Employee { id, .. } | Sender::Contact { id }
                    if may_guess(subject, sender, settings) =>
                {
                    task::list_own(tx, account, id, MAX_OWN_TASKS).await?
                }
                _ => Vec::new(),
            };
            chain = guess(chain, subject, sender, &own, settings);
        }
        tell(&chain, explain);
        let Some((by, place)) = chain.hit() else {
            return Ok(Matched { by: MatchedBy::None, place: None, answered: None });
        };
        let answered = match by {
            MatchedBy::ReplyToken => self.clues.tokens.iter().find_map(|it| self.answered.get(it.as_str())),
            MatchedBy::BodyMarker => self.clues.markers.iter().find_map(|it| self.answered.get(it.as_str())),
            _ => None,
        };
        Ok(Matched { by, place: Some(place), answered: answered.copied() })
    }
}

/// The latest task with the text in its title, of the latest that the sender may see: an employee by his rights, a contact
/// where he takes part (R15).
async fn find_named(
    tx: &mut dyn Tx,
    account: AccountId,
    sender: Sender,
    text: &str,
) -> Result<Option<TaskId>, Failure> {
    let viewer = match sender {
        Sender::Employee { id, .. } => {
            let employee = employee::find(tx, account, id).await?;
            Some(id).filter(|_| !employee.is_some_and(|it| it.role.is_admin()))
        }
        Sender::Contact { id } => Some(id),
        Sender::Nobody | Sender::Robot | Sender::Stranger => return Ok(None),
    };
    let filter = Filter { viewer, q: Some(text.to_owned()), ..Filter::default() };
    let page =
        task::list(tx, account, &filter, Order::default(), PageRequest { limit: 1, after: None }).await?;
    Ok(page.items.first().map(|it| it.id))
}

/// R13: envelope first, then the fields in which servers on the way keep it, then what the author wrote.
fn gather(row: &IncomingMailRow, reading: &Reading, domain: &str) -> Clues {
    let mail = &reading.mail;
    let written = mail.to.iter().chain(&mail.cc).chain(&mail.route.resent_to).map(|it| &it.address);
    let addresses = row.recipients.0.iter().chain(&mail.route.delivered_to).chain(written);
    let (addresses, markers) = (addresses.map(String::as_str), reading.markers.clone());
    Clues::gather(addresses, domain, &mail.in_reply_to, &mail.references, markers)
}

fn tell(chain: &Chain, explain: &mut Explain) {
    for (step, look) in chain.steps() {
        let (verdict, detail) = match look {
            Look::Found(_) => ("found", found_detail(*step).to_owned()),
            Look::Unknown(1) => ("unknown", format!("{}, and it leads nowhere", clue(*step))),
            Look::Unknown(n) => ("unknown", format!("{}, {n} of them, and none leads anywhere", clue(*step))),
            Look::Absent => ("absent", "the mail has none".to_owned()),
            Look::Off => ("off", "the account's settings leave it out".to_owned()),
        };
        explain.add(step.as_str(), verdict, detail);
    }
    if chain.hit().is_none() {
        explain.add("match", MatchedBy::None.as_str(), "it belongs to no conversation that is known");
    }
}

const fn found_detail(step: MatchedBy) -> &'static str {
    match step {
        MatchedBy::ReplyToken => "a reply address of ours leads to the message that is answered",
        MatchedBy::TaskAddress => "a task's address is among its receivers",
        MatchedBy::References => "In-Reply-To or References names a mail of the conversation",
        MatchedBy::BodyMarker => "its text quotes a mail of ours with the marker in it",
        MatchedBy::TicketMark => "the sender takes part in a task with the same ticket mark in its title",
        MatchedBy::SubjectAndSender => "the sender takes part in a task of this title",
        MatchedBy::Sender => "it goes to the latest task of the contact",
        MatchedBy::None => "nothing",
    }
}

const fn clue(step: MatchedBy) -> &'static str {
    match step {
        MatchedBy::ReplyToken => "there is a reply address of our form",
        MatchedBy::TaskAddress => "there is a task's address of our form",
        MatchedBy::References => "there is a Message-ID in In-Reply-To or References",
        MatchedBy::BodyMarker => "there is a marker of our form in the text",
        MatchedBy::TicketMark => "there is a ticket mark in the subject",
        MatchedBy::SubjectAndSender => "the subject answers a title",
        MatchedBy::Sender => "there is a contact",
        MatchedBy::None => "nothing",
    }
}
