//! Sends mail: composes messages of the ledger and hands them to the transport.
//!
//! A message is marked `sending` and committed, sent with no transaction open, and what the server said is committed
//! with the end of its job. So a crash leaves one of two things: nothing was begun, or the attempt was cut; a cut message
//! leaves once more under the same Message-ID, and after a second cut no more by itself (R6). Results are recorded
//! together as they come in, and new attempts are marked in the same transaction.
//!
//! Given up, a message is `failed`: `POST /v1/mail/outgoing/{id}:retry` sends it anew.

mod record;
mod sent_copy;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt as _;
use liaison_domain::{
    id::{AccountId, JobId, MailboxId, OutgoingMailId},
    inbound::provider_id::list_in_reply,
    job::LEASE,
    mail_address::EmailAddress,
    mailbox::Channel,
    outgoing::{AfterAttempt, Attempt, BounceClass, RecipientState, Turn, decide_after, decide_turn},
};
use liaison_mailer::{
    parse::{self, bounce_class},
    transport::{FailureClass, MailTransport, RefusedRecipient, Reply, SendError},
};
use liaison_persistence::{
    database::WriteTx,
    job::{self, Lease},
    outgoing_mail::delivery::{self, DeliveryRow, Moved},
    suppression,
    thread::{self, GivenId},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use uuid::Uuid;

use self::{
    record::{Line, moved, store},
    sent_copy::SentCopy,
};
use crate::{
    app::App,
    service::{
        Failure,
        letter::{self, Contents, Letter, Unmade},
        mailbox::health,
    },
    worker::{Batch, Workers, quota::Quota},
};

/// Longest time for one attempt; each step of SMTP has a shorter one of its own.
const LIMIT: Duration = Duration::from_mins(10);
/// The waits in milliseconds while results can't be recorded.
const PAUSES: [u64; 5] = [250, 500, 1000, 2000, 4000];

/// How many messages are on their way at once: in all, and of one account, so that an account whose mail hangs leaves
/// the way free for the others' (R38).
#[derive(Debug)]
pub(in crate::worker) struct Slots {
    all: Arc<Semaphore>,
    of_account: Quota<AccountId>,
    per_account: usize,
}

/// The right to have one message on its way.
#[derive(Debug)]
struct Slot(#[expect(dead_code, reason = "held, not read")] [OwnedSemaphorePermit; 2]);

impl Slots {
    pub(in crate::worker) fn new(concurrency: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(concurrency)),
            of_account: Quota::default(),
            per_account: concurrency.div_ceil(4),
        }
    }

    async fn take(&self, account: AccountId) -> Option<Slot> {
        let own = self.of_account.of(account, self.per_account).acquire_owned().await.ok()?;
        let shared = self.all.clone().acquire_owned().await.ok()?;
        Some(Slot([own, shared]))
    }

    fn try_take(&self, account: AccountId) -> Option<Slot> {
        let own = self.of_account.of(account, self.per_account).try_acquire_owned().ok()?;
        let shared = self.all.clone().try_acquire_owned().ok()?;
        Some(Slot([own, shared]))
    }
}

/// A message of the batch that waits for its attempt.
struct Waiting {
    job: JobId,
    /// With each of its recipients; from when it has begun, with those that the attempt is for.
    rows: Vec<DeliveryRow>,
    letter: Result<Letter, Unmade>,
}

/// A message whose attempt has ended.
struct Ended {
    job: JobId,
    /// What it came to for each recipient.
    attempts: Vec<(DeliveryRow, Attempt)>,
    /// What became of the way out, where that was an external mailbox's.
    way: Option<Way>,
}

/// How an external mailbox's server took a message.
#[derive(Debug)]
struct Way {
    mailbox: MailboxId,
    failure: Option<FailureClass>,
    /// The copy that its folder of sent mail is to have.
    copy: Option<SentCopy>,
}

pub(super) async fn run(workers: &Workers, batch: &mut Batch) -> Result<(), Failure> {
    let account = batch.account;
    let mut waiting = load(workers, batch).await?;
    let mut sending: JoinSet<Ended> = JoinSet::new();
    while !(waiting.is_empty() && sending.is_empty()) {
        let (mut slots, mut joined) = (Vec::new(), Vec::new());
        tokio::select! {
            slot = workers.mail.take(account), if !waiting.is_empty() => slots.extend(slot),
            Some(one) = sending.join_next(), if !sending.is_empty() => joined.push(one),
        }
        while slots.len() < waiting.len()
            && let Some(slot) = workers.mail.try_take(account)
        {
            slots.push(slot);
        }
        while let Some(one) = sending.try_join_next() {
            joined.push(one);
        }
        let ended: Result<Vec<Ended>, _> = joined.into_iter().collect();
        let ended = ended.map_err(|error| Failure::internal("an attempt was cut", error))?;
        let mut next: Vec<Waiting> = waiting.drain(..slots.len()).collect();
        let begun = record_patiently(workers, account, &ended, &next).await?;
        for copy in ended.into_iter().filter_map(|it| it.way?.copy) {
            tokio::spawn(copy.save(workers.app.clone(), account));
        }
        for one in &mut next {
            one.begin(&begun);
        }
        next.retain(|it| !it.rows.is_empty());
        for (one, slot) in next.into_iter().zip(slots) {
            let app = workers.app.clone();
            sending.spawn(async move {
                let _slot = slot;
                send(&app, one).await
            });
        }
        batch.keep(waiting.len() + sending.len());
    }
    Ok(())
}

impl Waiting {
    /// Counts the attempt for those for whom it was marked as begun.
    fn begin(&mut self, begun: &HashMap<Moved, Turn>) {
        self.rows.retain_mut(|row| {
            let Some(turn) = begun.get(&moved(row)) else { return false };
            row.state = RecipientState::Sending;
            row.attempts += 1;
            row.cuts += i64::from(*turn == Turn::SendAfterCut);
            true
        });
    }
}

/// Records a message as given up, because the server failed at it again and again.
pub(super) async fn give_up(
    tx: &mut WriteTx,
    workers: &Workers,
    account: AccountId,
    mail: Uuid,
) -> Result<(), Failure> {
    let now = workers.app.env.now();
    let rows = delivery::list(tx, account, [OutgoingMailId::new(mail)]).await?;
    let unsettled = rows.iter().filter(|it| decide_turn(it.state, false, false) != Turn::Nothing);
    let lines: Vec<Line<'_>> = unsettled.map(Line::given_up).collect();
    store(tx, &workers.app.env, account, &lines, now).await.map(drop)
}

async fn load(workers: &Workers, batch: &Batch) -> Result<VecDeque<Waiting>, Failure> {
    let jobs: HashMap<OutgoingMailId, JobId> =
        batch.jobs.iter().map(|job| (OutgoingMailId::new(job.subject_id), job.id)).collect();
    let mut tx = workers.app.database.read().await?;
    let rows = delivery::list(&mut tx, batch.account, jobs.keys().copied()).await?;
    let letters = letter::load(&mut tx, &workers.app, batch.account, &rows).await?;
    let mut waiting: VecDeque<Waiting> = VecDeque::new();
    let mut last = None;
    for (row, letter) in rows.into_iter().zip(letters) {
        let is_of_last = last.replace(row.mail_id) == Some(row.mail_id);
        if let Some(one) = waiting.back_mut().filter(|_| is_of_last) {
            one.rows.push(row);
        } else if let Some(job) = jobs.get(&row.mail_id) {
            waiting.push_back(Waiting { job: *job, rows: vec![row], letter });
        }
    }
    if waiting.len() < jobs.len() {
        return Err(Failure::Internal("a job is about a mail that is not there", None));
    }
    Ok(waiting)
}

/// Records, and tries again for some seconds where the database is away: what a server has taken must not be forgotten
/// for that.
async fn record_patiently(
    workers: &Workers,
    account: AccountId,
    ended: &[Ended],
    next: &[Waiting],
) -> Result<HashMap<Moved, Turn>, Failure> {
    for pause in PAUSES {
        match record(workers, account, ended, next).await {
            Err(Failure::Storage(error)) if error.is_retryable() => {
                tracing::warn!(%error, "what servers said can't be recorded yet");
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            recorded => return recorded,
        }
    }
    record(workers, account, ended, next).await
}

/// Records the attempts that have ended and marks the next ones, in one transaction; gives those that are to be made.
async fn record(
    workers: &Workers,
    account: AccountId,
    ended: &[Ended],
    next: &[Waiting],
) -> Result<HashMap<Moved, Turn>, Failure> {
    let mut tx = workers.app.database.write().await?;
    if !ended.is_empty() {
        finish(&mut tx, workers, account, ended).await?;
    }
    let begun = if next.is_empty() { HashMap::new() } else { begin(&mut tx, workers, account, next).await? };
    tx.commit().await?;
    Ok(begun)
}

async fn finish(
    tx: &mut WriteTx,
    workers: &Workers,
    account: AccountId,
    ended: &[Ended],
) -> Result<(), Failure> {
    let (env, node) = (&workers.app.env, workers.node());
    let now = env.now();
    let after: Vec<(&Ended, &DeliveryRow, AfterAttempt)> = ended
        .iter()
        .flat_map(|it| it.attempts.iter().map(move |(row, attempt)| (it, row, attempt)))
        .map(|(it, row, attempt)| (it, row, decide_after(row.attempts, row.cuts > 0, attempt.clone())))
        .collect();
    let lines: Vec<Line<'_>> = after.iter().map(|(_, row, after)| Line::ended(row, after)).collect();
    store(tx, env, account, &lines, now).await?;
    thread::insert_given(tx, account, &given_ids(&after), now).await?;
    record_ways(tx, workers, account, ended).await?;
    // The next attempt is for all who wait for one.
    let mut next: HashMap<JobId, Duration> = HashMap::new();
    for (it, _, after) in &after {
        if let Some(wait) = after.retry_in {
            next.entry(it.job).and_modify(|it| *it = wait.min(*it)).or_insert(wait);
        }
    }
    // Meanwhile another recipient of a common mail may have been asked for anew, so it is looked at once more.
    for it in ended.iter().filter(|it| it.attempts.iter().any(|(row, _)| row.form.0.common.is_some())) {
        next.entry(it.job).or_insert(Duration::ZERO);
    }
    let settled = ended.iter().map(|it| it.job).filter(|it| !next.contains_key(it));
    job::finish(tx, account, node, settled).await?;
    Ok(job::reschedule(tx, account, node, next.iter().map(|(job, wait)| (*job, now + *wait))).await?)
}

/// Records how well mailboxes worked, once each.
async fn record_ways(
    tx: &mut WriteTx,
    workers: &Workers,
    account: AccountId,
    ended: &[Ended],
) -> Result<(), Failure> {
    let mut told = HashSet::new();
    for way in ended.iter().filter_map(|it| it.way.as_ref()).filter(|it| told.insert(it.mailbox)) {
        health::record(tx, &workers.app, account, way.mailbox, Channel::Smtp, way.failure).await?;
    }
    Ok(())
}

/// The Message-IDs that servers say the mails have now (R16).
fn given_ids(after: &[(&Ended, &DeliveryRow, AfterAttempt)]) -> Vec<GivenId> {
    let accepted = after.iter().filter(|(_, _, after)| after.state == RecipientState::Accepted);
    let given = accepted.flat_map(|(_, row, after)| {
        list_in_reply(&after.detail).into_iter().map(|message_id| GivenId {
            message_id,
            task: row.task_id,
            comment: row.comment_id,
        })
    });
    given.collect()
}

/// Marks attempts as begun, those whose job is still ours and whose message is still to be sent.
async fn begin(
    tx: &mut WriteTx,
    workers: &Workers,
    account: AccountId,
    next: &[Waiting],
) -> Result<HashMap<Moved, Turn>, Failure> {
    let (env, node) = (&workers.app.env, workers.node());
    let now = env.now();
    let lease = Lease { by: node, until: now + LEASE };
    let ours =
        HashSet::<JobId>::from_iter(job::renew(tx, account, next.iter().map(|it| it.job), lease).await?);
    let rows = || next.iter().flat_map(|it| &it.rows);
    let keys = rows().filter_map(|it| key(&it.address));
    let stopped = suppression::list_by_addresses(tx, account, keys, now).await?;
    let is_suppressed = |row: &DeliveryRow| {
        key(&row.address).is_some_and(|key| stopped.iter().any(|it| it.address_key == key))
    };
    let turns: Vec<(JobId, &DeliveryRow, Turn)> = next
        .iter()
        .filter(|it| ours.contains(&it.job))
        .flat_map(|it| it.rows.iter().map(|row| (it.job, row)))
        .map(|(job, row)| (job, row, decide_turn(row.state, row.cuts > 0, is_suppressed(row))))
        .collect();
    let lines: Vec<Line<'_>> = turns
        .iter()
        .filter_map(|(_, row, turn)| match turn {
            Turn::Send => Some(Line::begin(row, false)),
            Turn::SendAfterCut => Some(Line::begin(row, true)),
            Turn::GiveUp => Some(Line::lost(row)),
            Turn::Suppress => Some(Line::suppressed(row)),
            Turn::Nothing => None,
        })
        .collect();
    let written = store(tx, env, account, &lines, now).await?;
    let (mut begun, mut sending, mut again) = (HashMap::new(), HashSet::new(), HashSet::new());
    for (job, row, turn) in &turns {
        match turn {
            Turn::Nothing => {}
            // Somebody asked for it anew meanwhile.
            _ if !written.contains(&moved(row)) => drop(again.insert(*job)),
            Turn::GiveUp | Turn::Suppress => {}
            Turn::Send | Turn::SendAfterCut => {
                begun.insert(moved(row), *turn);
                sending.insert(*job);
            }
        }
    }
    let idle: HashSet<JobId> = turns.iter().map(|it| it.0).filter(|it| !sending.contains(it)).collect();
    let (moved, done): (Vec<JobId>, Vec<JobId>) = idle.into_iter().partition(|it| again.contains(it));
    if !done.is_empty() {
        job::finish(tx, account, node, done).await?;
    }
    job::reschedule(tx, account, node, moved.into_iter().map(|it| (it, now))).await?;
    Ok(begun)
}

fn key(address: &str) -> Option<String> {
    EmailAddress::parse(address).ok().map(|it| it.key())
}

/// Makes one attempt.
async fn send(app: &App, one: Waiting) -> Ended {
    let Waiting { job, rows, letter } = one;
    let made = match letter {
        Ok(letter) => AssertUnwindSafe(attempt(app, letter, &rows)).catch_unwind().await,
        Err(unmade) => Ok((alike(&rows, &not_made(&unmade)), None)),
    };
    let cut = || Attempt::Cut { reason: "this server failed while it sent the mail".to_owned() };
    let (attempts, way) = made.unwrap_or_else(|_panic| (alike(&rows, &cut()), None));
    Ended { job, attempts: rows.into_iter().zip(attempts).collect(), way }
}

/// The same for each recipient.
fn alike(rows: &[DeliveryRow], attempt: &Attempt) -> Vec<Attempt> {
    vec![attempt.clone(); rows.len()]
}

/// Makes one attempt for these recipients; gives what it came to for each, in their order.
async fn attempt(app: &App, mut letter: Letter, rows: &[DeliveryRow]) -> (Vec<Attempt>, Option<Way>) {
    let (account, smtp, copied_to) = (letter.account, letter.leaves_by.take(), letter.copied_to.take());
    let mailbox = smtp.as_ref().map(|it| it.mailbox_id);
    let transport: Arc<dyn MailTransport> = match smtp {
        None => app.transport.clone(),
        Some(smtp) => match app.outside.transports.of(app, account, &smtp) {
            Ok(transport) => transport,
            Err(failure) => return (alike(rows, &not_made(&Unmade::Failed(failure))), None),
        },
    };
    let (mut envelope, composed) = match letter.compose(app, Contents::Read).await {
        Ok(made) => made,
        Err(unmade) => return (alike(rows, &not_made(&unmade)), None),
    };
    envelope.recipients = rows.iter().filter_map(|it| EmailAddress::parse(&it.address).ok()).collect();
    let sent = tokio::time::timeout(LIMIT, transport.send(&envelope, &composed.bytes)).await;
    let (attempts, class) = match sent {
        Ok(Ok(accepted)) => {
            let taken = Attempt::Accepted { reply: accepted.reply };
            (apart(rows, &accepted.refused, &taken), None)
        }
        Ok(Err(error)) => (apart(rows, error.recipients(), &read(&error)), Some(error.class())),
        Err(_elapsed) => {
            let class = FailureClass::Timeout;
            (alike(rows, &Attempt::Cut { reason: class.to_string() }), Some(class))
        }
    };
    let failure = class.filter(|it| it.is_about_channel());
    let copy = copied_to.filter(|_| class.is_none()).map(|imap| SentCopy { imap, message: composed.bytes });
    (attempts, mailbox.map(|mailbox| Way { mailbox, failure, copy }))
}

/// For whom the server refused by name what it said of him, for the others what it said of the mail.
fn apart(rows: &[DeliveryRow], refused: &[RefusedRecipient], others: &Attempt) -> Vec<Attempt> {
    let of_row = |row: &DeliveryRow| {
        let own = refused.iter().find(|it| it.address.as_str() == row.address);
        own.map_or_else(|| others.clone(), |it| read_refusal(&it.reply))
    };
    rows.iter().map(of_row).collect()
}

fn not_made(unmade: &Unmade) -> Attempt {
    match unmade {
        Unmade::Impossible(reason) => Attempt::Impossible { reason: reason.clone() },
        Unmade::Failed(failure) => {
            tracing::error!(error = failure.chain(), "a mail can't be composed now");
            Attempt::Transient { reply: "the mail can't be composed now".to_owned() }
        }
    }
}

/// Reads a refusal. One that is about this server and not about the message is the operator's to mend, so the message
/// waits for that; where no server spoke, the point of failure stands for its words (S17).
fn read(error: &SendError) -> Attempt {
    let reply = error.reply().map_or_else(|| error.class().to_string(), ToString::to_string);
    let is_about_us = matches!(
        error.class(),
        FailureClass::Auth | FailureClass::Greeting | FailureClass::Tls | FailureClass::Forbidden
    );
    match error {
        SendError::Unknown { .. } => Attempt::Cut { reason: reply },
        SendError::Permanent { reply: None, .. } if !is_about_us => Attempt::Impossible { reason: reply },
        SendError::Permanent { .. } if !is_about_us => {
            permanent(reply, error.class() == FailureClass::Recipient)
        }
        SendError::Permanent { .. } | SendError::Transient { .. } => Attempt::Transient { reply },
    }
}

/// Reads what a server said to one recipient's name.
fn read_refusal(reply: &Reply) -> Attempt {
    let said = reply.to_string();
    if reply.is_permanent() { permanent(said, true) } else { Attempt::Transient { reply: said } }
}

fn permanent(reply: String, of_recipient: bool) -> Attempt {
    let class = match bounce_class(&reply) {
        parse::BounceClass::Hard => BounceClass::Hard,
        _ => BounceClass::Soft,
    };
    Attempt::Permanent { reply, class, of_recipient }
}
