//! Ids: one type a thing, so that a task's id can't stand where a comment's belongs.

use std::fmt;

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $Name:ident;)+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $Name(Uuid);

        impl $Name {
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $Name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+ };
}

ids! {
    /// A tenant.
    AccountId;
    /// One human's sign-in, over all accounts of the server.
    IdentityId;
    /// An employee or a contact: one id space in an account.
    PersonId;
    /// What contacts are gathered in.
    ContactGroupId;
    /// Several contacts that became one.
    ContactMergeId;
    /// A link by which somebody sets the password that he signs in with.
    PasswordLinkId;
    /// A table of contacts that was taken in.
    ContactImportId;
    /// A table that contacts are written down as.
    ContactExportId;
    /// A sign-in that lives until it is revoked or expires.
    SessionId;
    TaskId;
    /// A status that an account made for itself.
    TaskStatusId;
    /// What new tasks begin as.
    TaskTemplateId;
    ProjectId;
    /// An address of the account that is nobody's own.
    VirtualAddressId;
    /// A step of a task's checklist; alike in every account that has the task.
    ChecklistItemId;
    CommentId;
    FileId;
    NotificationId;
    /// A message in the ledger of outgoing mail.
    OutgoingMailId;
    /// A received mail.
    IncomingMailId;
    /// An account's own text of a mail.
    MailTemplateId;
    /// One line of a mail's delivery history.
    DeliveryEventId;
    /// An address that no mail leaves to.
    SuppressionId;
    /// An address that mail comes from, and what was said about it.
    MailSenderId;
    JobId;
    /// An external mailbox.
    MailboxId;
    /// A key that an account's mail is signed with.
    DkimKeyId;
    /// What two accounts call a link, or a task and its copy; alike in both.
    StreamId;
    /// Something that crosses a link.
    LinkOperationId;
    /// What an employee lets another account's people send to him.
    LinkGrantId;
    /// A line of the audit log.
    AuditEventId;
}
