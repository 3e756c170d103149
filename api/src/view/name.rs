//! Closed sets of the domain as clients meet them: a value by its name, every name in the OpenAPI document.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr,
        schema::{Schema, Type},
    },
};

/// Declares how sets are called in the API.
macro_rules! names {
    ($($Name:ident = $schema:literal, $($module:ident)::+ . $Set:ident;)+) => { $(
        #[doc = concat!("`", $schema, "` in the OpenAPI document.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $Name(liaison_domain::$($module)::+::$Set);

        impl From<liaison_domain::$($module)::+::$Set> for $Name {
            fn from(value: liaison_domain::$($module)::+::$Set) -> Self {
                Self(value)
            }
        }

        impl Serialize for $Name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.as_str())
            }
        }

        impl PartialSchema for $Name {
            fn schema() -> RefOr<Schema> {
                let names = liaison_domain::$($module)::+::$Set::ALL.iter().map(|it| it.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
            }
        }

        impl ToSchema for $Name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($schema)
            }
        }
    )+ };
}

names! {
    AccessStateName = "ExternalAccessState", external_access.AccessState;
    AssigneeStatusName = "AssigneeStatus", task::standing.AssigneeStatus;
    AuditActionName = "AuditAction", audit.AuditAction;
    BounceClassName = "BounceClass", outgoing.BounceClass;
    CauseName = "IncomingMailCause", inbound::verdict.Cause;
    ConnectionSecurityName = "ConnectionSecurity", mailbox.ConnectionSecurity;
    DeliveryEventName = "DeliveryEventType", outgoing.DeliveryEventType;
    DkimAlgorithmName = "DkimAlgorithm", dkim.DkimAlgorithm;
    EmployeeStatusName = "EmployeeStatus", account.EmployeeStatus;
    ExternalUsersSeeName = "ExternalUsersSee", visibility.ExternalUsersSee;
    FailureClassName = "ConnectionFailure", mailbox.FailureClass;
    GrantStateName = "IncomingLinkState", link::state.GrantState;
    HealthStateName = "ChannelState", mailbox.HealthState;
    ImportModeName = "ContactImportMode", contact::table.ImportMode;
    IncomingPolicyName = "IncomingLinkPolicy", link::policy.Incoming;
    IncomingStateName = "IncomingMailState", inbound::verdict.IncomingState;
    LanguageName = "Language", language.Language;
    LikenessName = "ContactLikeness", contact::resemblance.Likeness;
    LoginMethodName = "LoginMethod", mailbox.LoginMethod;
    MailKindName = "OutgoingMailKind", outgoing.MailKind;
    MailboxOwnerName = "MailboxOwner", mailbox.MailboxOwner;
    MatchByName = "ContactMatchBy", contact::table.MatchBy;
    MatchedByName = "MatchedBy", inbound::matching.MatchedBy;
    MirrorStateName = "TaskLinkState", link::state.MirrorState;
    NoticeTypeName = "ContactNoticeType", contact_mail.NoticeType;
    NotificationTypeName = "NotificationType", notification.NotificationKind;
    OriginName = "CommentOrigin", comment.Origin;
    OutgoingPolicyName = "OutgoingLinkPolicy", link::policy.Outgoing;
    PersonKindName = "PersonKind", person.PersonKind;
    PhoneKindName = "PhoneKind", contact.PhoneKind;
    PriorityName = "TaskPriority", task.Priority;
    ProjectStatusName = "ProjectStatus", project.ProjectStatus;
    RecipientStateName = "DeliveryState", outgoing.RecipientState;
    ReplyToInactiveName = "ReplyToInactive", inbound::settings.ReplyToInactive;
    RoleName = "EmployeeRole", account.Role;
    RowOutcomeName = "ContactImportOutcome", contact::table.RowOutcome;
    SeenByName = "SeenBy", visibility.SeenBy;
    SenderStandingName = "SenderStanding", inbound::standing.SenderStanding;
    StaffWithoutEmailName = "StaffWithoutEmail", contact_mail.StaffWithoutEmail;
    SuppressionCauseName = "SuppressionCause", suppression.SuppressionCause;
    TableFormatName = "TableFormat", contact::table.TableFormat;
    TableColumnName = "ContactField", contact::table.Column;
    TaskModeName = "TaskNotificationMode", notification.TaskMode;
    TaskStatusName = "TaskStatus", task.TaskStatus;
    TransferStateName = "TransferState", contact::table.TransferState;
}
