//! What an account decides about the mail to its contacts (product §4, digest §9.1).

use std::collections::HashSet;

use crate::{id::TaskId, mail_address::EmailAddress, named::named, outgoing::MailKind};

named! {
    /// How a common mail names employees who want no e-mail (ALL-4).
    pub enum StaffWithoutEmail {
        Omit = "omit",
        InternalAddress = "internal_address",
        ExternalAddress = "external_address",
    }
}

named! {
    /// What contacts are told of (digest §9.2). Reminders don't happen so far.
    pub enum NoticeType {
        /// He was made assignee.
        NewTask = "new_task",
        /// A comment was addressed to him.
        NewComment = "new_comment",
        /// His mail became a task.
        TaskFromMail = "task_from_mail",
        /// An assignee took on a task that he set.
        TaskAccepted = "task_accepted",
        /// A task that he set has another status.
        StatusChanged = "status_changed",
        /// Somebody wants him reminded.
        Reminder = "reminder",
    }
}

impl NoticeType {
    /// Whether contacts get it where nobody decided (TPL-1).
    pub const fn is_enabled_by_default(self) -> bool {
        matches!(self, Self::NewTask | Self::NewComment)
    }

    /// What a mail tells contacts; none where it is nothing that an account decides about.
    pub const fn of(kind: MailKind) -> Option<Self> {
        match kind {
            MailKind::NewTask => Some(Self::NewTask),
            MailKind::NewComment => Some(Self::NewComment),
            MailKind::TaskFromMail => Some(Self::TaskFromMail),
            MailKind::TaskAccepted => Some(Self::TaskAccepted),
            MailKind::StatusChanged => Some(Self::StatusChanged),
            MailKind::PortalLink | MailKind::StaffNotice => None,
        }
    }
}

/// The settings of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
pub struct ContactMailSettings {
    /// Reply-To is an address of this message and recipient alone; off: the task's address (URA-1).
    pub unique_reply_address: bool,
    /// Files travel in the mail as far as they fit; off: as links only (ATT-1).
    pub attach_files: bool,
    /// A text/plain part stands beside the HTML (PLT-1).
    pub plain_text_part: bool,
    /// How many earlier messages the recipient gets again, at most [`Self::MAX_HISTORY`] (HIS-1).
    pub history_messages: i64,
    /// One mail for all, with all addresses in To (ALL-1).
    pub show_all_recipients: bool,
    pub staff_without_email: StaffWithoutEmail,
    /// An image tells when the mail was opened (TRK-2).
    pub open_tracking: bool,
    /// The task that messages to contacts' addresses become tasks after; none: a plain one (WRT-1).
    pub compose_task_template: Option<TaskId>,
    /// A line on top asks to answer above it.
    pub reply_marker: bool,
    /// Nothing leaves to these (TPL-8).
    pub suppressed_addresses: Vec<EmailAddress>,
    /// Counts the changes.
    pub version: i64,
}

impl ContactMailSettings {
    pub const MAX_HISTORY: i64 = 20;
    /// Most suppressed addresses.
    pub const MAX_SUPPRESSED: usize = 1000;

    /// The keys of the addresses that nothing leaves to.
    pub fn suppressed_keys(&self) -> HashSet<String> {
        self.suppressed_addresses.iter().map(EmailAddress::key).collect()
    }
}

impl Default for ContactMailSettings {
    fn default() -> Self {
        Self {
            unique_reply_address: true,
            attach_files: true,
            plain_text_part: true,
            history_messages: 0,
            show_all_recipients: false,
            staff_without_email: StaffWithoutEmail::Omit,
            open_tracking: false,
            compose_task_template: None,
            reply_marker: true,
            suppressed_addresses: Vec::new(),
            version: 0,
        }
    }
}
