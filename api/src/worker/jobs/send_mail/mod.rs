//! Sends mail: composes messages of the ledger and hands them to the transport.
//!
//! A message is marked `sending` and committed, sent with no transaction open, and what the server said is committed
//! with the end of its job. So a crash leaves one of two things: nothing was begun, or the attempt was cut; a cut message
//! leaves once more under the same Message-ID, and after a second cut no more by itself (R6). Results are recorded
//! together as they come in, and new attempts are marked in the same transaction.
//!
//! Given up, a message is `failed`: `POST /v1/mail/outgoing/{id}:retry` sends it anew.

pub(super) mod attempt;
mod record;
mod sent_copy;
mod slots;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use liaison_domain::{
    id::{AccountId, JobId, OutgoingMailId},
    inbound::provider_id::list_in_reply,
    job::LEASE,
    mail_address::EmailAddress,
    mailbox::Channel,
    outgoing::{AfterAttempt, RecipientState, Turn, decide_after, decide_turn},
};
use liaison_persistence::{
    database::WriteTx,
    job::{self, Lease},
    outgoing_mail::delivery::{self, DeliveryRow, Moved},
    suppression::{self, SuppressionRow},
    thread::{self, GivenId},
};
use tokio::task::JoinSet;
use uuid::Uuid;

pub(in crate::worker) use self::slots::Slots;
use self::{
    attempt::{Outcome, send},
    record::{Line, moved, store},
    slots::{MyTurn, Route, Slot},
};
use crate::{
    service::{
        Failure,
        letter::{self, Letter, Unmade},
        mailbox::health,
    },
    worker::{Batch, Workers, jobs},
};

/// The waits in milliseconds while results can't be recorded.
const PAUSES: [u64; 5] = [250, 500, 1000, 2000, 4000];

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
    /// Its recipients, as they stood before what it came to.
    rows: Vec<DeliveryRow>,
    outcome: Outcome,
}

pub(super) async fn run(workers: &Workers, batch: &mut Batch) -> Result<(), Failure> {
    let account = batch.account;
    let mut routes: HashMap<Route, VecDeque<Waiting>> = HashMap::new();
    for one in load(workers, batch).await? {
        routes.entry(one.route(account)).or_default().push_back(one);
    }
    batch.step_aside();
    let in_hand = routes.values().map(VecDeque::len).sum();
    let hand = Hand { workers, batch: Mutex::new((batch, in_hand)) };
    // Each route goes its own pace: what hangs on one keeps none of another back. None is cut where another fails.
    let sent = join_all(routes.into_iter().map(|(route, waiting)| send_all(&hand, account, route, waiting)));
    sent.await.into_iter().collect()
}

/// What a batch still has to do, over all its routes.
struct Hand<'a> {
    workers: &'a Workers,
    batch: Mutex<(&'a mut Batch, usize)>,
}

impl Hand<'_> {
    /// Lets as many others of the account be claimed as have ended, in time for the way out never to be empty.
    fn let_go(&self, n_ended: usize) {
        let mut held = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        let (batch, in_hand) = &mut *held;
        let before = *in_hand;
        *in_hand = before.saturating_sub(n_ended);
        batch.keep(*in_hand);
        let half = jobs::limit(batch.kind) / 2;
        if before >= half && *in_hand < half {
            self.workers.app.database.due().add([batch.lane()]);
        }
    }
}

/// Sends what leaves by one route.
async fn send_all(
    hand: &Hand<'_>,
    account: AccountId,
    route: Route,
    mut waiting: VecDeque<Waiting>,
) -> Result<(), Failure> {
    let workers = hand.workers;
    let mut sending: JoinSet<Ended> = JoinSet::new();
    let mut turn = None;
    while !(waiting.is_empty() && sending.is_empty()) {
        let (mut slots, mut joined) = (Vec::new(), Vec::new());
        tokio::select! {
            slot = take(&workers.mail, route, &mut turn), if !waiting.is_empty() => slots.extend(slot),
            Some(one) = sending.join_next(), if !sending.is_empty() => joined.push(one),
        }
        while turn.is_some()
            && slots.len() < waiting.len()
            && let Some(slot) = workers.mail.try_take(route)
        {
            slots.push(slot);
        }
        while let Some(one) = sending.try_join_next() {
            joined.push(one);
        }
        let ended: Result<Vec<Ended>, _> = joined.into_iter().collect();
        let mut ended = ended.map_err(|error| Failure::internal("an attempt was cut", error))?;
        if let Some(last) = ended.last().filter(|_| ended.iter().all(|it| it.outcome.is_of_server())) {
            let spared = spare(&mut waiting, &last.outcome);
            ended.extend(spared);
        }
        let n_next = slots.len().min(waiting.len());
        let mut next: Vec<Waiting> = waiting.drain(..n_next).collect();
        turn = turn.filter(|_| !waiting.is_empty());
        let begun = record_patiently(workers, account, &ended, &next).await?;
        let n_before = next.len();
        let n_finished = ended.len();
        for copy in ended.into_iter().filter_map(|it| it.outcome.way?.copy) {
            tokio::spawn(copy.save(workers.app.clone(), account));
        }
        for one in &mut next {
            one.begin(&begun);
        }
        next.retain(|it| !it.rows.is_empty());
        let n_ended = n_finished + n_before - next.len();
        for (one, slot) in next.into_iter().zip(slots) {
            let (app, mail) = (workers.app.clone(), workers.mail.clone());
            sending.spawn(async move {
                let _held = (slot, mail.pass(route).await);
                send(&app, one).await
            });
        }
        hand.let_go(n_ended);
    }
    Ok(())
}

async fn take(slots: &Slots, route: Route, turn: &mut Option<MyTurn>) -> Option<Slot> {
    if turn.is_none() {
        *turn = slots.turn(route).await;
    }
    slots.take(route).await
}

/// Spares a server that can't be reached the others that wait for it: what was said to one attempt counts for them too, as
/// an attempt of each of its recipients, or those that were never the ones to ask would ask each minute for ever and never be
/// given up. A message whose last attempt was cut is tried by itself.
fn spare(waiting: &mut VecDeque<Waiting>, outcome: &Outcome) -> Vec<Ended> {
    let is_fresh = |row: &DeliveryRow| decide_turn(row.state, row.cuts > 0, false) == Turn::Send;
    let (spared, tried): (Vec<Waiting>, Vec<Waiting>) =
        waiting.drain(..).partition(|it| it.rows.iter().all(is_fresh));
    waiting.extend(tried);
    let end = |mut it: Waiting| {
        for row in &mut it.rows {
            row.attempts += 1;
        }
        Ended { job: it.job, outcome: outcome.of_others(it.rows.len()), rows: it.rows }
    };
    spared.into_iter().map(end).collect()
}

impl Waiting {
    fn route(&self, account: AccountId) -> Route {
        let mailbox = self.letter.as_ref().ok().and_then(|it| it.leaves_by.as_ref());
        mailbox.map_or(Route::Own(account), |it| Route::Mailbox(it.mailbox_id))
    }

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
        .flat_map(|it| it.rows.iter().zip(&it.outcome.attempts).map(move |(row, attempt)| (it, row, attempt)))
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
    for it in ended.iter().filter(|it| it.rows.iter().any(|row| row.form.0.common.is_some())) {
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
    for outcome in ended.iter().map(|it| &it.outcome) {
        let Some(way) = outcome.way.as_ref().filter(|it| told.insert(it.mailbox)) else { continue };
        let failure = outcome.class.filter(|it| it.is_about_channel());
        health::record(tx, &workers.app, account, way.mailbox, Channel::Smtp, failure).await?;
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
        let stops = |it: &SuppressionRow| it.stops(row.kind.is_automatic());
        key(&row.address).is_some_and(|key| stopped.iter().any(|it| it.address_key == key && stops(it)))
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
