//! What an account keeps of who changed what lets data out or in.

use crate::named::named;

named! {
    /// What was done: `<thing>.<what>`.
    pub enum AuditAction {
        LinkSettingsUpdated = "link_settings.updated",
        /// Somebody may be sent to over a link: asked for, granted, refused or ended, by this account or the other one.
        LinkRequested = "link.requested",
        LinkAccepted = "link.accepted",
        LinkRefused = "link.refused",
        LinkEnded = "link.ended",
        /// A task was cut off from its copy in another account.
        TaskUnlinked = "task.unlinked",
    }
}
