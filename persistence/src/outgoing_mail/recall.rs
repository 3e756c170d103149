//! Messages that no server has taken yet, when their comment changes or goes.
//!
//! An attempt begins with the lease of its job in hand. So the jobs are locked first: what waits then does not begin
//! before this transaction ends, and what has begun is left alone.

use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, JobId, OutgoingMailId, PersonId, TaskId},
};

use crate::{
    database::WriteTx,
    error::StorageError,
    list::{Ids, in_ids},
    sql::Scalar,
};

/// A task that called back messages were about.
#[derive(Clone, Copy, Debug)]
pub struct CalledBackTask {
    pub task_id: TaskId,
    /// When the first of them was written.
    pub since: Timestamp,
}
record!(CalledBackTask { task_id, since });

/// A message to one recipient that was called back.
#[derive(Clone, Copy, Debug)]
pub struct CalledBackRow {
    pub mail_id: OutgoingMailId,
    pub person_id: PersonId,
}
record!(CalledBackRow { mail_id, person_id });

statements! {
    /// Only PostgreSQL has several writers.
    LOCK_JOBS = [
        "SELECT j.id AS value FROM outgoing_mail m JOIN job j ON j.account_id = m.account_id AND j.kind = 'send_mail' \
         AND j.subject_id = m.id WHERE m.account_id = $1 AND m.comment_id = $2 ORDER BY j.id"
        { sqlite: "", postgres: " FOR UPDATE OF j" }
    ];
    /// Who had loaded them finds that they are not his any more.
    GIVE_BACK_JOBS = ["UPDATE job SET state = 'ready', leased_by = NULL, lease_until = NULL \
        WHERE account_id = $1 AND kind = 'send_mail' AND state = 'leased' AND subject_id IN (\
        SELECT r.mail_id FROM outgoing_mail m \
        JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id \
        WHERE m.account_id = $1 AND m.comment_id = $2 AND r.state IN ('queued', 'held', 'deferred'))"];
    CALL_BACK = ["UPDATE outgoing_recipient SET state = 'failed', last_reply = $3 WHERE account_id = $1 \
        AND state IN ('queued', 'held', 'deferred') \
        AND mail_id IN (SELECT id FROM outgoing_mail WHERE account_id = $1 AND comment_id = $2) \
        RETURNING mail_id, person_id"];
    DELETE_JOBS = [
        "DELETE FROM job WHERE account_id = $1 AND kind = 'send_mail' AND subject_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
    ];
    LOCK_JOBS_OF_PERSON = [
        "SELECT j.id AS value FROM outgoing_recipient r JOIN job j ON j.account_id = r.account_id AND j.kind = 'send_mail' \
         AND j.subject_id = r.mail_id WHERE r.account_id = $1 \
         AND r.person_id IN (SELECT p.id FROM person p WHERE p.account_id = $1 AND (p.id = $2 OR p.merged_into = $2)) \
         AND r.state IN ('queued', 'held', 'deferred') ORDER BY j.id"
        { sqlite: "", postgres: " FOR UPDATE OF j" }
    ];
    CALL_BACK_FROM_PERSON = ["UPDATE outgoing_recipient SET state = 'failed', last_reply = $3 WHERE account_id = $1 \
        AND person_id IN (SELECT p.id FROM person p WHERE p.account_id = $1 AND (p.id = $2 OR p.merged_into = $2)) \
        AND state IN ('queued', 'held', 'deferred') RETURNING mail_id, person_id"];
    /// What others wait for too is loaded anew, without him.
    GIVE_BACK_COMMON_JOBS = [
        "UPDATE job SET state = 'ready', leased_by = NULL, lease_until = NULL \
         WHERE account_id = $1 AND kind = 'send_mail' AND state = 'leased' AND subject_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
    ];
    DELETE_IDLE_JOBS = [
        "DELETE FROM job WHERE account_id = $1 AND kind = 'send_mail' AND NOT EXISTS (\
         SELECT 1 FROM outgoing_recipient r WHERE r.account_id = job.account_id AND r.mail_id = job.subject_id \
         AND r.state IN ('queued', 'held', 'deferred')) AND subject_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
    ];
    LIST_TASKS_OF_MAILS = [
        "SELECT task_id, MIN(created_at) AS since FROM outgoing_mail WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " GROUP BY task_id ORDER BY task_id"
    ];
}

/// Has the messages of a comment composed anew that wait for their next attempt, also where a worker has them in hand.
pub async fn renew(tx: &mut WriteTx, account: AccountId, comment: CommentId) -> Result<(), StorageError> {
    db!(tx, fetch_all::<Scalar<JobId>>(LOCK_JOBS, account, comment))?;
    db!(tx, execute(GIVE_BACK_JOBS, account, comment)).map(drop)
}

/// Settles the messages of a comment that wait for their next attempt as failed, for this reason; gives them.
pub async fn call_back(
    tx: &mut WriteTx,
    account: AccountId,
    comment: CommentId,
    reason: &str,
) -> Result<Vec<CalledBackRow>, StorageError> {
    db!(tx, fetch_all::<Scalar<JobId>>(LOCK_JOBS, account, comment))?;
    let rows = db!(tx, fetch_all::<CalledBackRow>(CALL_BACK, account, comment, reason))?;
    let mails = Ids::new(rows.iter().map(|it| it.mail_id.uuid()));
    db!(tx, execute(DELETE_JOBS, account, mails))?;
    Ok(rows)
}

/// Settles the messages to somebody that wait for their next attempt as failed, for this reason; gives them, and the tasks that
/// they are about.
pub async fn call_back_from(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    reason: &str,
) -> Result<(Vec<CalledBackRow>, Vec<CalledBackTask>), StorageError> {
    db!(tx, fetch_all::<Scalar<JobId>>(LOCK_JOBS_OF_PERSON, account, person))?;
    let rows = db!(tx, fetch_all::<CalledBackRow>(CALL_BACK_FROM_PERSON, account, person, reason))?;
    if rows.is_empty() {
        return Ok((rows, Vec::new()));
    }
    let mails = || Ids::new(rows.iter().map(|it| it.mail_id.uuid()));
    db!(tx, execute(DELETE_IDLE_JOBS, account, mails()))?;
    db!(tx, execute(GIVE_BACK_COMMON_JOBS, account, mails()))?;
    let tasks = db!(tx, fetch_all::<CalledBackTask>(LIST_TASKS_OF_MAILS, account, mails()))?;
    Ok((rows, tasks))
}
