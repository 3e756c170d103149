//! What is told of an account's things to those who follow it: each event by one stable name.

use crate::named::named;

named! {
    /// What happened to a thing: `<thing>.<what>`.
    pub enum Change {
        AccountCreated = "account.created",
        AccountUpdated = "account.updated",
        CommentCreated = "comment.created",
        CommentUpdated = "comment.updated",
        CommentMoved = "comment.moved",
        CommentDeleted = "comment.deleted",
        ContactCreated = "contact.created",
        ContactUpdated = "contact.updated",
        ContactDeleted = "contact.deleted",
        ContactGroupCreated = "contact_group.created",
        ContactGroupUpdated = "contact_group.updated",
        ContactGroupDeleted = "contact_group.deleted",
        ContactMailSettingsUpdated = "contact_mail_settings.updated",
        ContactNoticesUpdated = "contact_notices.updated",
        DkimKeyCreated = "dkim_key.created",
        DkimKeyDeleted = "dkim_key.deleted",
        EmployeeCreated = "employee.created",
        EmployeeUpdated = "employee.updated",
        IncomingSettingsUpdated = "incoming_settings.updated",
        /// Somebody may be sent to over a link: asked for, granted, refused or ended. It goes with the person here.
        LinkRequested = "link.requested",
        LinkAccepted = "link.accepted",
        LinkRefused = "link.refused",
        LinkEnded = "link.ended",
        LinkSettingsUpdated = "link_settings.updated",
        /// A server took none of it, or said later that it did not arrive.
        MailBounced = "mail.bounced",
        MailFailed = "mail.failed",
        /// A human opened it first.
        MailOpened = "mail.opened",
        /// A mail came in, or something else became of it.
        MailReceived = "mail.received",
        /// Word of a mail that does not end it: a delay, a delivery, a complaint.
        MailReported = "mail.reported",
        /// Its address takes no mail of the account, or not now.
        MailSuppressed = "mail.suppressed",
        /// It was cut while it was handed over: it may have arrived.
        MailUnknown = "mail.unknown",
        MailTemplateCreated = "mail_template.created",
        MailTemplateUpdated = "mail_template.updated",
        MailTemplateDeleted = "mail_template.deleted",
        MailboxCreated = "mailbox.created",
        MailboxUpdated = "mailbox.updated",
        MailboxFailing = "mailbox.failing",
        MailboxDeleted = "mailbox.deleted",
        ProjectCreated = "project.created",
        ProjectUpdated = "project.updated",
        SuppressionCreated = "suppression.created",
        SuppressionDeleted = "suppression.deleted",
        TaskCreated = "task.created",
        TaskUpdated = "task.updated",
        TaskStatusCreated = "task_status.created",
        TaskStatusUpdated = "task_status.updated",
        TaskStatusDeleted = "task_status.deleted",
        TaskTemplateCreated = "task_template.created",
        TaskTemplateUpdated = "task_template.updated",
        TaskTemplateDeleted = "task_template.deleted",
        VirtualAddressCreated = "virtual_address.created",
        VirtualAddressDeleted = "virtual_address.deleted",
    }
}

impl Change {
    /// The kind of thing whose id goes with it.
    pub fn entity(self) -> &'static str {
        match self {
            Self::ContactNoticesUpdated => "contact_mail_settings",
            Self::MailReceived => "incoming_mail",
            Self::MailBounced
            | Self::MailFailed
            | Self::MailOpened
            | Self::MailReported
            | Self::MailSuppressed
            | Self::MailUnknown => "outgoing_mail",
            _ => self.as_str().split_once('.').map_or(self.as_str(), |(thing, _)| thing),
        }
    }
}
