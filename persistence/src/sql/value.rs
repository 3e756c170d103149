//! The values that go into statements and come out of columns.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Decode, Encode, Postgres, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use super::{Record, postgres, sqlite};

/// A value that can be an argument of a statement.
pub trait Bind {
    type Bound<'a>: Encode<'a, Sqlite> + Type<Sqlite> + Encode<'a, Postgres> + Type<Postgres>
    where
        Self: 'a;

    fn bound(&self) -> Self::Bound<'_>;
}

/// A value that can be read from a column.
pub trait Column: Sized {
    type Stored: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>;

    fn read(stored: Self::Stored) -> Result<Self, sqlx::error::BoxDynError>;
}

/// A single column, for counts and look-ups.
macro_rules! scalar_records {
    ($($T:ty),+) => { $(
        impl Record for Scalar<$T> {
            fn from_sqlite(row: &SqliteRow) -> sqlx::Result<Self> {
                sqlite::column(row, "value").map(Self)
            }

            fn from_postgres(row: &PgRow) -> sqlx::Result<Self> {
                postgres::column(row, "value").map(Self)
            }
        }
    )+ };
}

/// The one column `value` of a row.
#[derive(Clone, Debug)]
pub struct Scalar<T>(pub T);

scalar_records!(i64, bool, Uuid, String, Option<i64>);

/// Values that both drivers take as they are.
macro_rules! plain {
    ($($T:ty),+) => { $(
        impl Bind for $T {
            type Bound<'a> = $T;

            fn bound(&self) -> $T {
                *self
            }
        }

        impl Column for $T {
            type Stored = $T;

            fn read(stored: $T) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(stored)
            }
        }
    )+ };
}

plain!(Uuid, i64, bool, DateTime<Utc>);

impl Bind for String {
    type Bound<'a> = &'a str;

    fn bound(&self) -> &str {
        self
    }
}

impl Bind for str {
    type Bound<'a> = &'a str;

    fn bound(&self) -> &str {
        self
    }
}

impl Column for String {
    type Stored = Self;

    fn read(stored: Self) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(stored)
    }
}

impl Bind for Vec<u8> {
    type Bound<'a> = &'a [u8];

    fn bound(&self) -> &[u8] {
        self
    }
}

impl Bind for [u8] {
    type Bound<'a> = &'a [u8];

    fn bound(&self) -> &[u8] {
        self
    }
}

impl Column for Vec<u8> {
    type Stored = Self;

    fn read(stored: Self) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(stored)
    }
}

impl Bind for Bytes {
    type Bound<'a> = &'a [u8];

    fn bound(&self) -> &[u8] {
        self
    }
}

impl Column for Bytes {
    type Stored = Vec<u8>;

    fn read(stored: Vec<u8>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(stored.into())
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    type Bound<'a>
        = T::Bound<'a>
    where
        Self: 'a;

    fn bound(&self) -> T::Bound<'_> {
        (**self).bound()
    }
}

impl<T: Bind> Bind for Option<T>
where
    for<'a> Option<T::Bound<'a>>: Encode<'a, Sqlite> + Type<Sqlite> + Encode<'a, Postgres> + Type<Postgres>,
{
    type Bound<'a>
        = Option<T::Bound<'a>>
    where
        Self: 'a;

    fn bound(&self) -> Option<T::Bound<'_>> {
        self.as_ref().map(Bind::bound)
    }
}

impl<T: Column> Column for Option<T>
where
    Option<T::Stored>:
        for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
{
    type Stored = Option<T::Stored>;

    fn read(stored: Option<T::Stored>) -> Result<Self, sqlx::error::BoxDynError> {
        stored.map(T::read).transpose()
    }
}

/// A value kept as JSON because no statement looks inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize> Bind for Json<T> {
    type Bound<'a>
        = sqlx::types::Json<&'a T>
    where
        T: 'a;

    fn bound(&self) -> sqlx::types::Json<&T> {
        sqlx::types::Json(&self.0)
    }
}

impl<T: DeserializeOwned + 'static> Column for Json<T> {
    type Stored = sqlx::types::Json<T>;

    fn read(stored: sqlx::types::Json<T>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(Self(stored.0))
    }
}

/// Ids of the domain are UUID columns.
macro_rules! id_columns {
    ($($Id:ident),+) => { $(
        impl Bind for liaison_domain::id::$Id {
            type Bound<'a> = Uuid;

            fn bound(&self) -> Uuid {
                self.uuid()
            }
        }

        impl Column for liaison_domain::id::$Id {
            type Stored = Uuid;

            fn read(stored: Uuid) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(Self::new(stored))
            }
        }

        scalar_records!(liaison_domain::id::$Id);
    )+ };
}

id_columns!(
    AccountId,
    IdentityId,
    PersonId,
    ContactGroupId,
    ContactMergeId,
    PasswordLinkId,
    ContactImportId,
    ContactExportId,
    SessionId,
    TaskId,
    TaskStatusId,
    TaskTemplateId,
    ProjectId,
    VirtualAddressId,
    ChecklistItemId,
    CommentId,
    FileId,
    NotificationId,
    OutgoingMailId,
    IncomingMailId,
    MailTemplateId,
    DeliveryEventId,
    SuppressionId,
    MailSenderId,
    JobId,
    MailboxId,
    DkimKeyId,
    StreamId,
    LinkOperationId,
    LinkGrantId,
    AuditEventId
);

/// Closed sets of the domain are TEXT columns with a CHECK of the same names.
macro_rules! name_columns {
    ($($($module:ident)::+ . $Name:ident),+ $(,)?) => { $(
        impl Bind for liaison_domain::$($module)::+::$Name {
            type Bound<'a> = &'static str;

            fn bound(&self) -> &'static str {
                self.as_str()
            }
        }

        impl Column for liaison_domain::$($module)::+::$Name {
            type Stored = String;

            fn read(stored: String) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(stored.parse()?)
            }
        }
    )+ };
}

name_columns!(
    account.EmployeeStatus,
    account.Role,
    audit.AuditAction,
    comment.CommentKind,
    comment.Origin,
    contact.PhoneKind,
    contact::resemblance.Likeness,
    contact::table.ImportMode,
    contact::table.MatchBy,
    contact::table.RowOutcome,
    contact::table.TableFormat,
    contact::table.TransferState,
    contact_mail.NoticeType,
    contact_mail.StaffWithoutEmail,
    dkim.DkimAlgorithm,
    external_access.AccessState,
    external_access.LinkPurpose,
    inbound::matching.MatchedBy,
    inbound::settings.ReplyToInactive,
    inbound::standing.SenderStanding,
    inbound::verdict.Cause,
    inbound::verdict.IncomingState,
    inbound::via.Via,
    job.JobKind,
    job.JobState,
    language.Language,
    link::policy.Incoming,
    link::policy.Outgoing,
    link::state.GrantState,
    link::state.LinkState,
    link::state.MirrorState,
    mailbox.Channel,
    mailbox.ConnectionSecurity,
    mailbox.FailureClass,
    mailbox.LoginMethod,
    notification.NotificationKind,
    notification.TaskMode,
    opening.Opener,
    outgoing.BounceClass,
    outgoing.DeliveryEventType,
    outgoing.MailKind,
    outgoing.RecipientState,
    outgoing.SkipReason,
    person.PersonKind,
    project.ProjectPart,
    project.ProjectStatus,
    suppression.SuppressionCause,
    task.Priority,
    task.TaskRole,
    task::template.TemplatePart,
    visibility.ExternalUsersSee,
    task::standing.AssigneeStatus,
    task.TaskStatus,
);
