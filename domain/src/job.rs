//! Work that outlives a request: kinds, states, backoff.

use std::time::Duration;

use crate::named::named;

named! {
    /// What a job does. The payload is the id of the thing alone.
    pub enum JobKind {
        /// Composes one outgoing mail and hands it to the transport.
        SendMail = "send_mail",
        /// Turns one received mail into what it becomes.
        ProcessMail = "process_mail",
        /// Holds the connection to one external mailbox: leased for as long as it is open, and never done.
        FetchMail = "fetch_mail",
        /// Hands an operation of a link over to the other account.
        RelayLink = "relay_link",
        /// Applies an operation that came over a link.
        ApplyLink = "apply_link",
        /// Publishes one held comment when its time has come.
        PublishComment = "publish_comment",
        /// Mails a contact the link into the portal that he asked for.
        SendPortalLink = "send_portal_link",
        /// Mails somebody a link by which he sets his password.
        SendPasswordLink = "send_password_link",
        /// Makes contacts of the rows of one table.
        ImportContacts = "import_contacts",
        /// Writes contacts down as one table.
        ExportContacts = "export_contacts",
    }
}

named! {
    pub enum JobState {
        /// Waits for its time.
        Ready = "ready",
        /// A node works on it, until the lease ends.
        Leased = "leased",
        /// Given up after too many failures; shown with its error.
        Parked = "parked",
    }
}

/// Attempts after which a job is parked (R9).
pub const MAX_ATTEMPTS: i64 = 5;
/// How long a node's word that it works on a job is good: after that without a heartbeat another takes the job over.
pub const LEASE: Duration = Duration::from_secs(10);
/// How often a node renews the leases of what it works on.
pub const HEARTBEAT: Duration = Duration::from_secs(3);

/// What to do with a job that failed at attempt number `attempts` for a reason of ours, not of the mail's: wait and
/// repeat, or park it so that the next one gets its turn (R9). An attempt that a crash cut counts like a failed one. What is
/// to be handed over waits for the other account's node, however long that is away.
pub fn retry_after(kind: JobKind, attempts: i64) -> Option<Duration> {
    let is_endless = matches!(kind, JobKind::RelayLink | JobKind::FetchMail);
    let exponent = u32::try_from(attempts.clamp(1, MAX_ATTEMPTS) - 1).unwrap_or_default();
    (is_endless || attempts < MAX_ATTEMPTS).then(|| Duration::from_secs(5 * 4u64.pow(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R9: a poison mail blocks nobody.
    #[test]
    fn a_failing_job_is_parked_after_five_attempts() {
        let waits = |kind| (1..8).map_while(move |n| retry_after(kind, n)).map(|it| it.as_secs());
        assert!(waits(JobKind::ProcessMail).eq([5, 20, 80, 320]));
        assert!(waits(JobKind::RelayLink).eq([5, 20, 80, 320, 1280, 1280, 1280]));
    }
}
