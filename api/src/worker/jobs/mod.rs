//! What each kind of job does: one file a kind, one arm a kind in each function here.
//!
//! A handler gets claimed jobs of one account. It loads for all of them at once, works with no transaction open, and
//! ends each job ([`liaison_persistence::job::finish`] or [`liaison_persistence::job::reschedule`]) in the transaction
//! that records what the work came to. An error means a failure of ours: what is not ended then is repeated later.

mod export_contacts;
mod import_contacts;
mod links;
mod portal_link;
mod process_mail;
mod publish_comment;
pub(super) mod send_mail;
mod send_password_link;

use liaison_domain::{id::AccountId, job::JobKind};
use liaison_persistence::database::WriteTx;
use uuid::Uuid;

use super::{Batch, Workers};
use crate::service::Failure;

/// The kinds that are done here; mailboxes are [`super::fetch`]'s, and others wait for a program that does them.
pub(super) const KINDS: &[JobKind] = &[
    JobKind::SendMail,
    JobKind::ProcessMail,
    JobKind::PublishComment,
    JobKind::SendPortalLink,
    JobKind::RelayLink,
    JobKind::ApplyLink,
    JobKind::SendPasswordLink,
    JobKind::ImportContacts,
    JobKind::ExportContacts,
];

/// Jobs that one account may have in hand on this node.
pub(super) const fn limit(kind: JobKind) -> usize {
    match kind {
        JobKind::SendMail => 128,
        JobKind::RelayLink | JobKind::ApplyLink => 64,
        JobKind::ProcessMail
        | JobKind::PublishComment
        | JobKind::SendPortalLink
        | JobKind::SendPasswordLink => 16,
        // One after the other.
        JobKind::ImportContacts | JobKind::ExportContacts => 1,
        JobKind::FetchMail => 0,
    }
}

pub(super) async fn run(workers: &Workers, batch: &mut Batch) -> Result<(), Failure> {
    match batch.kind {
        JobKind::SendMail => send_mail::run(workers, batch).await,
        JobKind::ProcessMail => process_mail::run(workers, batch).await,
        JobKind::RelayLink => links::relay(workers, batch).await,
        JobKind::ApplyLink => links::apply(workers, batch).await,
        JobKind::PublishComment => publish_comment::run(workers, batch).await,
        JobKind::SendPasswordLink => send_password_link::run(workers, batch).await,
        JobKind::ImportContacts => import_contacts::run(workers, batch).await,
        JobKind::ExportContacts => export_contacts::run(workers, batch).await,
        JobKind::SendPortalLink => portal_link::run(workers, batch).await,
        JobKind::FetchMail => Err(Failure::Internal("a mailbox is no job for a batch", None)),
    }
}

/// Records that a job was given up, where its subject must show it.
pub(super) async fn give_up(
    tx: &mut WriteTx,
    workers: &Workers,
    account: AccountId,
    kind: JobKind,
    subject: Uuid,
    error: &str,
) -> Result<(), Failure> {
    match kind {
        JobKind::SendMail => send_mail::give_up(tx, workers, account, subject).await,
        JobKind::ProcessMail => process_mail::give_up(tx, workers, account, subject).await,
        JobKind::ApplyLink => links::park(tx, account, subject, error).await,
        JobKind::SendPasswordLink => send_password_link::give_up(tx, account, subject).await,
        JobKind::ImportContacts => import_contacts::give_up(tx, workers, account, subject).await,
        JobKind::ExportContacts => export_contacts::give_up(tx, workers, account, subject).await,
        // A comment stays held, which its author sees; a link can be asked for again; the others are never given up.
        JobKind::PublishComment | JobKind::SendPortalLink | JobKind::RelayLink | JobKind::FetchMail => Ok(()),
    }
}
