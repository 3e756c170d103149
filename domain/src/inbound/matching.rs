//! Finds the conversation that a mail belongs to: step by step, first hit wins, and each step that was tried is kept
//! (product §5, R13, R15).
//!
//! [`follow`] takes the clues that prove themselves: addresses, ids and markers that we made. Where they lead nowhere,
//! [`guess`] takes the weak ones, which only ever lead into tasks where the sender takes part already.

use std::collections::HashMap;

use super::{
    address::{LocalPart, MailToken},
    marker::BodyMarker,
    settings::IncomingSettings,
    subject::{Subject, ticket_marks},
    verdict::Sender,
};
use crate::{
    id::{CommentId, TaskId},
    named::named,
    text::fold,
};

#[cfg(test)]
mod tests;

named! {
    /// Which clue found the conversation.
    pub enum MatchedBy {
        ReplyToken = "reply_token",
        TaskAddress = "task_address",
        References = "references",
        BodyMarker = "body_marker",
        /// A ticket's mark in the subject, and the sender's part in the task (TKT-1).
        TicketMark = "ticket_mark",
        /// The task's title behind `Re:`, and the sender's part in the task (DET-2).
        SubjectAndSender = "subject_and_sender",
        /// The latest task of the contact who wrote (DET-3).
        Sender = "sender",
        /// The mail began something new, or belongs nowhere.
        None = "none",
    }
}

/// A place in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub task: TaskId,
    /// The comment whose mail was answered; none where the task itself was.
    pub comment: Option<CommentId>,
}

/// What in a mail may point to a conversation, each list in the order of trust.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clues {
    pub tokens: Vec<MailToken>,
    pub task_numbers: Vec<i64>,
    /// It was sent to `task+@`: the subject may name the task (CBM-6).
    pub for_any_task: bool,
    /// Message-IDs without angle brackets: what is answered first, then the thread from its end.
    pub message_ids: Vec<String>,
    pub markers: Vec<BodyMarker>,
}

/// Message-IDs looked up of one mail; longer threads are judged by their latest ones.
const MAX_MESSAGE_IDS: usize = 50;
/// Longest Message-ID that is kept or looked up: a line of a mail has no more bytes (RFC 5322 §2.1.1).
const MAX_MESSAGE_ID_BYTES: usize = 998;

/// Whether a Message-ID may be one that a mail program made.
pub const fn is_usable_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_MESSAGE_ID_BYTES
}

impl Clues {
    /// Gathers the clues of a mail. `addresses` are all addresses that it names as receivers, envelope first, then
    /// Delivered-To, X-Original-To, To, Cc (R13); `own_domain` is the account's mail domain in lower case.
    pub fn gather<'a>(
        addresses: impl IntoIterator<Item = &'a str>,
        own_domain: &str,
        in_reply_to: &[String],
        references: &[String],
        markers: Vec<BodyMarker>,
    ) -> Self {
        let mut clues = Self { markers, ..Self::default() };
        let ours = addresses.into_iter().filter_map(|address| {
            let (local, domain) = address.rsplit_once('@')?;
            domain.eq_ignore_ascii_case(own_domain).then(|| LocalPart::read(local)).flatten()
        });
        for part in ours {
            match part {
                LocalPart::Reply(token) => push_new(&mut clues.tokens, token),
                LocalPart::Task(number) => push_new(&mut clues.task_numbers, number),
                LocalPart::AnyTask => clues.for_any_task = true,
                LocalPart::Project(_) | LocalPart::Bounce(_) | LocalPart::Mailbox(_) => {}
            }
        }
        let ids = in_reply_to.iter().chain(references.iter().rev()).filter(|it| is_usable_id(it));
        for id in ids.take(MAX_MESSAGE_IDS) {
            push_new(&mut clues.message_ids, id.clone());
        }
        clues
    }
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// What the clues were found to point to.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub tokens: HashMap<MailToken, Place>,
    pub tasks: HashMap<i64, TaskId>,
    pub message_ids: HashMap<String, Place>,
    pub markers: HashMap<BodyMarker, Place>,
    /// What the subject of a mail to `task+@` names; none where it names nothing.
    pub named: Option<Named>,
}

/// A text in a subject, and the task whose title has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named(pub Option<TaskId>);

/// What one step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Found(Place),
    /// There are so many clues, and none of them leads anywhere.
    Unknown(usize),
    /// The mail has no such clue.
    Absent,
    /// The account does not want it.
    Off,
}

/// The steps that were tried, in their order; only the last one may have found something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain(Vec<(MatchedBy, Look)>);

impl Chain {
    pub fn steps(&self) -> &[(MatchedBy, Look)] {
        &self.0
    }

    /// Where the mail belongs.
    pub fn hit(&self) -> Option<(MatchedBy, Place)> {
        self.0.last().and_then(|(step, look)| match look {
            Look::Found(place) => Some((*step, *place)),
            _ => None,
        })
    }

    /// Tries a step, unless one before it found something.
    fn attempt(&mut self, step: MatchedBy, look: impl FnOnce() -> Look) {
        if self.hit().is_none() {
            self.0.push((step, look()));
        }
    }
}

/// Follows the clues that prove themselves: reply token, task address, thread headers, marker in the text.
pub fn follow(clues: &Clues, found: &Found) -> Chain {
    let Clues { tokens, task_numbers, message_ids, markers, .. } = clues;
    let mut chain = Chain::default();
    chain.attempt(MatchedBy::ReplyToken, || first(tokens, |it| found.tokens.get(it).copied()));
    chain.attempt(MatchedBy::TaskAddress, || {
        let place = |task: TaskId| Place { task, comment: None };
        match (first(task_numbers, |it| found.tasks.get(it).copied().map(place)), found.named) {
            (Look::Absent, Some(Named(Some(task)))) => Look::Found(place(task)),
            (Look::Absent, Some(Named(None))) => Look::Unknown(1),
            (look, _) => look,
        }
    });
    chain.attempt(MatchedBy::References, || first(message_ids, |it| found.message_ids.get(it).copied()));
    chain.attempt(MatchedBy::BodyMarker, || first(markers, |it| found.markers.get(it).copied()));
    chain
}

fn first<T>(clues: &[T], place: impl Fn(&T) -> Option<Place>) -> Look {
    match clues.iter().find_map(place) {
        Some(place) => Look::Found(place),
        None if clues.is_empty() => Look::Absent,
        None => Look::Unknown(clues.len()),
    }
}

/// A task that the sender takes part in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnTask {
    pub id: TaskId,
    pub number: i64,
    pub title: String,
}

/// Whether a weak clue could lead somewhere, so that the sender's tasks are to be loaded.
pub fn may_guess(subject: &Subject, sender: Sender, settings: &IncomingSettings) -> bool {
    match sender {
        Sender::Nobody | Sender::Robot | Sender::Stranger => false,
        Sender::Contact { .. } if settings.match_sender_only => true,
        Sender::Employee { .. } | Sender::Contact { .. } => {
            (settings.match_ticket_marks && !subject.ticket_marks().is_empty())
                || (settings.match_subject_and_sender && subject.answered_title().is_some())
        }
    }
}

/// Goes on with the weak clues where the chain has found nothing: ticket mark, title and sender, sender alone. `own` are
/// the tasks that the sender takes part in (R15); of several that fit, the one with the highest number counts.
pub fn guess(
    mut chain: Chain,
    subject: &Subject,
    sender: Sender,
    own: &[OwnTask],
    settings: &IncomingSettings,
) -> Chain {
    let latest = |fits: &dyn Fn(&OwnTask) -> bool| {
        let task = own.iter().filter(|it| fits(it)).max_by_key(|it| it.number);
        task.map_or(Look::Unknown(1), |it| Look::Found(Place { task: it.id, comment: None }))
    };
    let step = |is_on: bool, look: &dyn Fn() -> Look| if is_on { look() } else { Look::Off };
    chain.attempt(MatchedBy::TicketMark, || {
        step(settings.match_ticket_marks, &|| match subject.ticket_marks() {
            marks if marks.is_empty() => Look::Absent,
            marks => latest(&|task| ticket_marks(&task.title).iter().any(|it| marks.contains(it))),
        })
    });
    chain.attempt(MatchedBy::SubjectAndSender, || {
        step(settings.match_subject_and_sender, &|| match subject.answered_title() {
            None => Look::Absent,
            Some(title) => latest(&|task| fold(&task.title) == fold(title)),
        })
    });
    chain.attempt(MatchedBy::Sender, || {
        step(settings.match_sender_only, &|| match sender {
            Sender::Contact { .. } => latest(&|_| true),
            _ => Look::Absent,
        })
    });
    chain
}
