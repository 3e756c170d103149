//! Commits what waits, together: one sync of the disk for many mails. While one transaction is written the next mails
//! gather, so a lone mail waits for nobody and a flood is taken in large pieces.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    id::{AccountId, JobId},
    inbound::{verdict::IncomingState, via::Via},
    job::JobKind,
    refusal::{Code, Refusal},
};
use liaison_persistence::{
    database::{Database, Engine, WriteTx},
    error::StorageError,
    file,
    incoming_mail::{self, NewIncomingMail},
    job,
};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc, oneshot};

use super::{Received, mailbox::KnownAccounts};
use crate::service::Failure;

/// Mails in one transaction.
const MAX_BATCH: usize = 200;
/// Mails that wait for the next ones; whoever brings more waits at the door.
const MAX_WAITING: usize = 1_000;
/// Mails that are settled at once where there are several writers.
const MAX_SETTLING: usize = 8;
/// Bytes of the large mails that are worked on at once: one of the largest, or several.
const MAX_IN_HAND: usize = 32 * 1024 * 1024;
/// How long the same bytes for the same recipients count as a request repeated (S21).
const REPEATED: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// Where mails are handed in.
#[derive(Debug)]
pub struct Intake {
    waiting: mpsc::Sender<Waiting>,
    /// Who looks at mails takes turns, so that taking mail in never waits behind many of them for the writer.
    pub(in crate::service) settling: Semaphore,
    /// Bytes that may still be in hand.
    room: Semaphore,
    pub(super) accounts: KnownAccounts,
}

#[derive(Debug)]
struct Waiting {
    account: AccountId,
    job: JobId,
    mail: NewIncomingMail,
    answer: oneshot::Sender<Result<Received, Failure>>,
}

impl Intake {
    /// Starts the task that commits; it ends when the intake is dropped.
    pub fn start(database: Database) -> Self {
        let (waiting, mut arrivals) = mpsc::channel(MAX_WAITING);
        let settling = Semaphore::new(match database.engine() {
            Engine::Sqlite => 1,
            Engine::Postgres => MAX_SETTLING,
        });
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(MAX_BATCH);
            while arrivals.recv_many(&mut batch, MAX_BATCH).await > 0 {
                work(&database, std::mem::take(&mut batch)).await;
            }
        });
        let room = Semaphore::new(MAX_IN_HAND);
        Self { waiting, settling, room, accounts: KnownAccounts::default() }
    }

    /// Waits until a mail of this size may be in memory.
    pub(in crate::service) async fn room_for(&self, size: i64) -> Result<SemaphorePermit<'_>, Failure> {
        let size = usize::try_from(size).unwrap_or(MAX_IN_HAND).min(MAX_IN_HAND);
        let room = self.room.acquire_many(u32::try_from(size).unwrap_or(u32::MAX)).await;
        room.map_err(|error| Failure::internal("the intake has stopped", error))
    }

    /// Waits until the mail is committed.
    pub(super) async fn commit(
        &self,
        account: AccountId,
        job: JobId,
        mail: NewIncomingMail,
    ) -> Result<Received, Failure> {
        let (answer, answered) = oneshot::channel();
        let gone = |()| Failure::Internal("the intake has stopped", None);
        self.waiting.send(Waiting { account, job, mail, answer }).await.map_err(|_stopped| gone(()))?;
        answered.await.map_err(|_stopped| gone(()))?
    }
}

/// Commits a batch and answers everybody in it. Where the database refuses the whole for a reason that may lie in one
/// mail, each is tried alone.
async fn work(database: &Database, batch: Vec<Waiting>) {
    match commit(database, &batch).await {
        Ok(received) => {
            for (it, received) in batch.into_iter().zip(received) {
                answer(it, Ok(received));
            }
        }
        Err(error) if error.is_retryable() => {
            tracing::warn!(error = %Failure::from(error).chain(), mails = batch.len(), "mails are not taken now");
            for it in batch {
                answer(it, Err(Refusal::new(Code::Unavailable, "Mail can't be taken now.").into()));
            }
        }
        Err(_some_mail) => {
            for it in batch {
                let alone = commit(database, std::slice::from_ref(&it)).await;
                let alone = alone.map_err(Failure::from).and_then(|received| {
                    received.first().copied().ok_or(Failure::Internal("a mail without an answer", None))
                });
                answer(it, alone);
            }
        }
    }
}

/// Who asked may have gone; his mail is committed all the same.
fn answer(waiting: Waiting, answer: Result<Received, Failure>) {
    drop(waiting.answer.send(answer));
}

async fn commit(database: &Database, batch: &[Waiting]) -> Result<Vec<Received>, StorageError> {
    let mut tx = database.write().await?;
    let mut received = Vec::with_capacity(batch.len());
    let mut by_account: HashMap<AccountId, Vec<&Waiting>> = HashMap::new();
    for it in batch {
        let earlier = find_earlier(&mut tx, it).await?;
        if earlier.is_none() {
            if is_repeated_by_others(it.mail.via) {
                // At once, so that its twin in the same batch finds it.
                insert(&mut tx, it.account, &[it]).await?;
            } else {
                by_account.entry(it.account).or_default().push(it);
            }
        }
        let fresh = Received { account: it.account, id: it.mail.id, state: IncomingState::Received };
        received.push(earlier.unwrap_or(fresh));
    }
    for (account, mails) in by_account {
        insert(&mut tx, account, &mails).await?;
    }
    tx.commit().await?;
    Ok(received)
}

/// Requests are repeated by bystanders (S21) and by scripts that missed the answer, and a mailbox is read again where
/// it was left at a crash; a mail server says itself what it sends again.
const fn is_repeated_by_others(via: Via) -> bool {
    matches!(via, Via::Http | Via::Imap)
}

/// The same mail as it came before.
async fn find_earlier(tx: &mut WriteTx, new: &Waiting) -> Result<Option<Received>, StorageError> {
    let Waiting { account, mail, .. } = new;
    if !is_repeated_by_others(mail.via) {
        return Ok(None);
    }
    // A mailbox holds a mail for as long as it likes.
    let since = if mail.via == Via::Imap { Timestamp::UNIX_EPOCH } else { mail.received_at - REPEATED };
    let same = incoming_mail::list_by_content(tx, *account, &mail.sha256, mail.via, since).await?;
    let earlier = same.into_iter().find(|it| it.recipients.0 == mail.recipients);
    Ok(earlier.map(|it| Received { account: *account, id: it.id, state: it.state }))
}

async fn insert(tx: &mut WriteTx, account: AccountId, new: &[&Waiting]) -> Result<(), StorageError> {
    for Waiting { mail, .. } in new.iter().filter(|it| it.mail.raw.is_none()) {
        file::insert_content(tx, account, &mail.sha256, mail.size, None).await?;
    }
    incoming_mail::insert_all(tx, account, new.iter().map(|it| &it.mail)).await?;
    let jobs = new.iter().map(|it| (it.job, it.mail.id.uuid()));
    let Some(at) = new.iter().map(|it| it.mail.received_at).max() else { return Ok(()) };
    job::enqueue(tx, account, JobKind::ProcessMail, jobs, at).await
}
