//! Leased work: written with the change that asks for it, claimed per account, given back by itself when a node dies.
//!
//! A claim is a lease, not a lock: no transaction is open while the work is done, and every statement that ends a job
//! is guarded by the lease, so that a node which lost it changes nothing. Accounts with due jobs are listed first, then
//! one account's jobs are claimed: that is what makes serving them in turn possible.

mod due;

pub use due::Due;

use liaison_domain::{
    Timestamp,
    id::{AccountId, JobId},
    job::{JobKind, JobState},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Moment, Rows, Texts, hex, in_ids, moment},
    sql::{Json, Scalar},
};

/// A job that this node works on now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    pub id: JobId,
    /// What the work is about: for `send_mail` the outgoing mail, for `process_mail` the received one.
    pub subject_id: Uuid,
    /// Which attempt this is, from 1.
    pub attempts: i64,
}
record!(ClaimedJob { id, subject_id, attempts });

/// An account that has due jobs of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane {
    pub account_id: AccountId,
    pub kind: JobKind,
}
record!(Lane { account_id, kind });

/// Who works until when: what a claim writes and every later statement is guarded by.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    /// The node's name.
    pub by: &'a str,
    pub until: Timestamp,
}

#[derive(Serialize)]
struct NewJob {
    id: Hex,
    subject_id: Hex,
}

#[derive(Serialize)]
struct Rescheduled {
    id: Hex,
    run_at: Moment,
}

#[derive(Serialize)]
struct Failed<'a> {
    id: Hex,
    state: &'static str,
    run_at: Moment,
    last_error: &'a str,
}

statements! {
    /// Asked for again, it runs again: a parked one anew, a waiting one at the new time.
    INSERT_JOBS = [
        "INSERT INTO job (account_id, id, kind, subject_id, state, run_at, attempts) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'id'), $2, unhex(value ->> 'subject_id'), 'ready', $3, 0 \
                FROM json_each($4) WHERE TRUE",
            postgres: "SELECT $1, id, $2, subject_id, 'ready', $3, 0 \
                FROM jsonb_to_recordset($4) AS r(id uuid, subject_id uuid)"
        }
        " ON CONFLICT (account_id, kind, subject_id) DO UPDATE SET state = 'ready', run_at = excluded.run_at, \
         attempts = 0, last_error = NULL WHERE job.state <> 'leased'"
    ];
    /// Over all accounts, in a fixed order: who asks goes round. Asked for after every commit, so SQLite steps from account
    /// to account instead of over all that waits.
    LIST_DUE_LANES = [
        {
            sqlite: "WITH RECURSIVE waiting (account_id) AS (\
                SELECT (SELECT account_id FROM job WHERE account_id >= $2 ORDER BY account_id LIMIT 1) \
                UNION ALL SELECT (SELECT j.account_id FROM job j WHERE j.account_id > w.account_id \
                ORDER BY j.account_id LIMIT 1) FROM waiting w WHERE w.account_id IS NOT NULL) \
                SELECT w.account_id, k.value AS kind FROM waiting w, json_each($4) k \
                WHERE (w.account_id, k.value) > ($2, $3) AND (\
                EXISTS (SELECT 1 FROM job j WHERE j.account_id = w.account_id AND j.state = 'ready' \
                AND j.kind = k.value AND j.run_at <= $1) \
                OR EXISTS (SELECT 1 FROM job j INDEXED BY job_due_in_account WHERE j.account_id = w.account_id \
                AND j.state = 'leased' AND j.kind = k.value AND j.lease_until <= $1))",
            postgres: "SELECT DISTINCT account_id, kind FROM job \
                WHERE ((state = 'ready' AND run_at <= $1) OR (state = 'leased' AND lease_until <= $1)) \
                AND (account_id, kind) > ($2, $3) AND kind = ANY($4)"
        }
        " ORDER BY account_id, kind LIMIT $5"
    ];
    /// Only PostgreSQL has several writers, so only it needs row locks; the array makes it choose once. SQLite would sort all
    /// that waits, were it not told to take the first ones of either state from the index.
    CLAIM_JOBS = [
        "UPDATE job SET state = 'leased', leased_by = $4, lease_until = $5, attempts = attempts + 1 \
         WHERE account_id = $1 AND id "
        {
            sqlite: "IN (SELECT id FROM (\
                SELECT * FROM (SELECT id, run_at FROM job WHERE account_id = $1 AND state = 'ready' AND kind = $2 \
                AND run_at <= $3 ORDER BY run_at, id LIMIT $6) \
                UNION ALL \
                SELECT * FROM (SELECT id, run_at FROM job WHERE account_id = $1 AND state = 'leased' AND kind = $2 \
                AND lease_until <= $3 ORDER BY run_at, id LIMIT $6)) ORDER BY run_at, id LIMIT $6)",
            postgres: "= ANY(ARRAY(SELECT id FROM job WHERE account_id = $1 AND kind = $2 \
                AND ((state = 'ready' AND run_at <= $3) OR (state = 'leased' AND lease_until <= $3)) \
                ORDER BY run_at, id LIMIT $6 FOR UPDATE SKIP LOCKED))"
        }
        " RETURNING id, subject_id, attempts"
    ];
    RENEW_LEASES = [
        "UPDATE job SET lease_until = $3 WHERE account_id = $1 AND leased_by = $2 AND state = 'leased' AND id "
        { sqlite: in_ids!("$4"), postgres: "= ANY($4)" }
        " RETURNING id AS value"
    ];
    /// What a node left when it was stopped is its own again when it starts.
    RELEASE_LEASES = ["UPDATE job SET state = 'ready', leased_by = NULL, lease_until = NULL \
        WHERE state = 'leased' AND leased_by = $1"];
    DELETE_JOB = ["DELETE FROM job WHERE account_id = $1 AND kind = $2 AND subject_id = $3"];
    DELETE_JOBS = [
        "DELETE FROM job WHERE account_id = $1 AND kind = $2 AND subject_id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
    ];
    POSTPONE_JOB = ["UPDATE job SET state = 'ready', run_at = $4, attempts = 0, leased_by = NULL, lease_until = NULL, \
        last_error = NULL WHERE account_id = $1 AND kind = $2 AND subject_id = $3"];
    FINISH_JOBS = [
        "DELETE FROM job WHERE account_id = $1 AND leased_by = $2 AND state = 'leased' AND id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
    ];
    RESCHEDULE_JOBS = [
        "UPDATE job SET state = 'ready', run_at = r.run_at, attempts = 0, leased_by = NULL, lease_until = NULL, \
         last_error = NULL FROM "
        {
            sqlite: "(SELECT unhex(value ->> 'id') AS id, value ->> 'run_at' AS run_at FROM json_each($3)) AS r",
            postgres: "jsonb_to_recordset($3) AS r(id uuid, run_at timestamptz)"
        }
        " WHERE job.account_id = $1 AND job.leased_by = $2 AND job.state = 'leased' AND job.id = r.id"
    ];
    FAIL_JOBS = [
        "UPDATE job SET state = r.state, run_at = r.run_at, last_error = r.last_error, leased_by = NULL, \
         lease_until = NULL FROM "
        {
            sqlite: "(SELECT unhex(value ->> 'id') AS id, value ->> 'state' AS state, value ->> 'run_at' AS run_at, \
                value ->> 'last_error' AS last_error FROM json_each($3)) AS r",
            postgres: "jsonb_to_recordset($3) AS r(id uuid, state text, run_at timestamptz, last_error text)"
        }
        " WHERE job.account_id = $1 AND job.leased_by = $2 AND job.state = 'leased' AND job.id = r.id \
         RETURNING job.id AS value"
    ];
    COUNT_JOBS = ["SELECT COUNT(*) AS value FROM job WHERE state = $1"];
}

/// Asks for the same kind of work on many things, in one statement. What is asked for already runs at the new time. The
/// commit rings for it.
pub async fn enqueue(
    tx: &mut WriteTx,
    account: AccountId,
    kind: JobKind,
    jobs: impl IntoIterator<Item = (JobId, Uuid)>,
    run_at: Timestamp,
) -> Result<(), StorageError> {
    let row = |(id, subject): (JobId, Uuid)| NewJob { id: hex(id.uuid()), subject_id: hex(subject) };
    let rows: Rows<NewJob> = Json(jobs.into_iter().map(row).collect());
    if rows.0.is_empty() {
        return Ok(());
    }
    tx.lanes.insert(Lane { account_id: account, kind });
    db!(tx, execute(INSERT_JOBS, account, kind, run_at, rows)).map(drop)
}

/// Which accounts have due jobs of these kinds, after `after` in a fixed order; at most `limit`.
pub async fn list_due_lanes(
    tx: &mut dyn Tx,
    kinds: &[JobKind],
    now: Timestamp,
    after: Option<Lane>,
    limit: i64,
) -> Result<Vec<Lane>, StorageError> {
    let (account, kind) = after.map_or((Uuid::nil(), ""), |it| (it.account_id.uuid(), it.kind.as_str()));
    let kinds = Texts::new(kinds.iter().map(ToString::to_string));
    db!(tx, fetch_all::<Lane>(LIST_DUE_LANES, now, account, kind, kinds, limit))
}

/// Leases up to `limit` due jobs of an account, those that waited longest; also those whose lease has ended. Given in
/// the order in which they were asked for.
pub async fn claim(
    tx: &mut WriteTx,
    lane: Lane,
    now: Timestamp,
    lease: Lease<'_>,
    limit: i64,
) -> Result<Vec<ClaimedJob>, StorageError> {
    let mut jobs = db!(
        tx,
        fetch_all::<ClaimedJob>(CLAIM_JOBS, lane.account_id, lane.kind, now, lease.by, lease.until, limit)
    )?;
    jobs.sort_unstable_by_key(|job| job.id);
    Ok(jobs)
}

/// Says that the node still works on these jobs; gives those that are still its own.
pub async fn renew(
    tx: &mut WriteTx,
    account: AccountId,
    jobs: impl IntoIterator<Item = JobId>,
    lease: Lease<'_>,
) -> Result<Vec<JobId>, StorageError> {
    let kept = db!(tx, fetch_all::<Scalar<JobId>>(RENEW_LEASES, account, lease.by, lease.until, ids(jobs)))?;
    Ok(kept.into_iter().map(|it| it.0).collect())
}

/// Gives back what this node had leased before it was stopped; gives the number of jobs.
pub async fn release(tx: &mut WriteTx, node: &str) -> Result<u64, StorageError> {
    db!(tx, execute(RELEASE_LEASES, node))
}

/// Ends jobs whose work is done.
pub async fn finish(
    tx: &mut WriteTx,
    account: AccountId,
    node: &str,
    jobs: impl IntoIterator<Item = JobId>,
) -> Result<(), StorageError> {
    db!(tx, execute(FINISH_JOBS, account, node, ids(jobs))).map(drop)
}

/// Ends the work on a thing, whoever has it: for work that the thing's own state keeps from being done twice.
pub async fn end(
    tx: &mut WriteTx,
    account: AccountId,
    kind: JobKind,
    subject: Uuid,
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_JOB, account, kind, subject)).map(drop)
}

/// Ends the work on many things, as [`end`] does.
pub async fn end_all(
    tx: &mut WriteTx,
    account: AccountId,
    kind: JobKind,
    subjects: impl IntoIterator<Item = Uuid>,
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_JOBS, account, kind, Ids::new(subjects))).map(drop)
}

/// Puts the work on a thing off, whoever has it: the counterpart of [`end`].
pub async fn postpone(
    tx: &mut WriteTx,
    account: AccountId,
    kind: JobKind,
    subject: Uuid,
    run_at: Timestamp,
) -> Result<(), StorageError> {
    db!(tx, execute(POSTPONE_JOB, account, kind, subject, run_at)).map(drop)
}

/// Puts off jobs that went as they should and have to run again.
pub async fn reschedule(
    tx: &mut WriteTx,
    account: AccountId,
    node: &str,
    jobs: impl IntoIterator<Item = (JobId, Timestamp)>,
) -> Result<(), StorageError> {
    let row = |(id, run_at): (JobId, Timestamp)| Rescheduled { id: hex(id.uuid()), run_at: moment(run_at) };
    let rows: Rows<Rescheduled> = Json(jobs.into_iter().map(row).collect());
    if rows.0.is_empty() {
        return Ok(());
    }
    db!(tx, execute(RESCHEDULE_JOBS, account, node, rows)).map(drop)
}

/// What becomes of a job that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    RetryAt(Timestamp),
    /// Given up at this time.
    Park(Timestamp),
}

/// Records failures; gives the jobs that this node still had, and so were changed.
pub async fn fail(
    tx: &mut WriteTx,
    account: AccountId,
    node: &str,
    failures: impl IntoIterator<Item = (JobId, AfterFailure)>,
    error: &str,
) -> Result<Vec<JobId>, StorageError> {
    let row = |(id, after): (JobId, AfterFailure)| {
        let (state, run_at) = match after {
            AfterFailure::RetryAt(at) => (JobState::Ready, at),
            AfterFailure::Park(at) => (JobState::Parked, at),
        };
        Failed { id: hex(id.uuid()), state: state.as_str(), run_at: moment(run_at), last_error: error }
    };
    let rows: Rows<Failed<'_>> = Json(failures.into_iter().map(row).collect());
    let changed = db!(tx, fetch_all::<Scalar<JobId>>(FAIL_JOBS, account, node, rows))?;
    Ok(changed.into_iter().map(|it| it.0).collect())
}

/// How many jobs there are in a state, over all accounts.
pub async fn count(tx: &mut dyn Tx, state: JobState) -> Result<i64, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_JOBS, state))?.0)
}

fn ids(jobs: impl IntoIterator<Item = JobId>) -> Ids {
    Ids::new(jobs.into_iter().map(JobId::uuid))
}
