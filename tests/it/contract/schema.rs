//! The schema that the migrations make, on both engines.

use std::collections::BTreeSet;

use liaison_domain::{
    account::{EmployeeStatus, Role},
    audit::AuditAction,
    comment::{CommentKind, Origin},
    contact::{
        PhoneKind,
        table::{ImportMode, MatchBy, RowOutcome, TableFormat, TransferState},
    },
    contact_mail::{NoticeType, StaffWithoutEmail},
    dkim::DkimAlgorithm,
    external_access::{AccessState, LinkPurpose},
    inbound::{
        matching::MatchedBy,
        settings::ReplyToInactive,
        standing::SenderStanding,
        verdict::{Cause, IncomingState},
        via::Via,
    },
    job::{JobKind, JobState},
    language::Language,
    link::{
        policy::{Incoming, Outgoing},
        state::{GrantState, LinkState, MirrorState},
    },
    mailbox::{Channel, ConnectionSecurity, FailureClass, LoginMethod},
    notification::TaskMode,
    outgoing::{BounceClass, DeliveryEventType, MailKind, RecipientState, SkipReason},
    person::PersonKind,
    project::{ProjectPart, ProjectStatus},
    suppression::SuppressionCause,
    task::{Priority, TaskRole, TaskStatus, standing::AssigneeStatus, template::TemplatePart},
    visibility::ExternalUsersSee,
};
use liaison_persistence::testing::inspect::{Schema, schema};
use support::{TestApp, run_beside};

/// The tables that belong to no account.
pub(super) const GLOBAL: &[&str] = &["account", "login_identity"];

#[test]
fn both_engines_have_the_same_schema() {
    on_both(|sqlite, postgres| {
        let names = |schema: &Schema| schema.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(sqlite), names(postgres));
        for (name, table) in sqlite {
            assert_eq!(table, &postgres[name], "{name}");
        }
    });
}

/// Invariant 7: what belongs to an account can be moved with it, and can't point into another.
#[test]
fn every_key_of_a_tenants_table_begins_with_the_account() {
    on_both(|schema, _| {
        let mut offenses = Vec::new();
        for (name, table) in schema.iter().filter(|(name, _)| !GLOBAL.contains(&name.as_str())) {
            let unique = table.indexes.iter().filter(|it| it.is_unique).map(|it| &it.columns);
            let foreign = table.foreign_keys.iter();
            let inside = foreign.filter(|it| it.table != "login_identity").map(|it| &it.columns);
            for key in unique.chain(inside).chain([&table.primary_key]) {
                if key.first().is_none_or(|column| column != "account_id") {
                    offenses.push(format!("{name} ({})", key.join(", ")));
                }
            }
        }
        assert!(offenses.is_empty(), "\n{}\n", offenses.join("\n"));
    });
}

#[test]
fn every_check_allows_exactly_the_names_of_the_domain() {
    on_both(|schema, _| {
        let mut found = BTreeSet::new();
        for (table, column, names) in domain_names() {
            let place = format!("{table}.{column}");
            let allowed = &schema[table].allowed;
            let allowed = allowed.get(column).unwrap_or_else(|| panic!("{place} has no CHECK"));
            assert_eq!(allowed, &names.into_iter().map(str::to_owned).collect(), "{place}");
            found.insert(place);
        }
        for (table, described) in schema {
            for column in described.allowed.keys() {
                let place = format!("{table}.{column}");
                let is_known = found.contains(&place);
                assert!(is_known, "{place} has a CHECK that no names of the domain stand for");
            }
        }
    });
}

macro_rules! names {
    ($($table:literal . $column:literal = $Name:ty),+ $(,)?) => {
        [$(($table, $column, <$Name>::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>()),)+]
    };
}

/// Which columns hold which closed set.
fn domain_names() -> impl IntoIterator<Item = (&'static str, &'static str, Vec<&'static str>)> {
    names! {
        "account"."language" = Language,
        "account"."external_users_see" = ExternalUsersSee,
        "person"."kind" = PersonKind,
        "project"."status" = ProjectStatus,
        "project_person"."part" = ProjectPart,
        "employee"."role" = Role,
        "employee"."status" = EmployeeStatus,
        "contact"."language" = Language,
        "external_access"."state" = AccessState,
        "password_link"."purpose" = LinkPurpose,
        "password_link"."mail_state" = RecipientState,
        "contact_phone"."kind" = PhoneKind,
        "contact_import"."state" = TransferState,
        "contact_import"."mode" = ImportMode,
        "contact_import"."match_by" = MatchBy,
        "contact_import_row"."outcome" = RowOutcome,
        "contact_export"."state" = TransferState,
        "contact_export"."format" = TableFormat,
        "contact_export"."language" = Language,
        "task_status"."counts_as" = TaskStatus,
        "task_template"."priority" = Priority,
        "task_template_person"."part" = TemplatePart,
        "task"."status" = TaskStatus,
        "task"."priority" = Priority,
        "task_role"."role" = TaskRole,
        "task_role"."status" = AssigneeStatus,
        "task_notification_mode"."mode" = TaskMode,
        "project_notification_mode"."mode" = TaskMode,
        "comment"."kind" = CommentKind,
        "comment"."origin" = Origin,
        "contact_notice"."kind" = NoticeType,
        "contact_mail_settings"."staff_without_email" = StaffWithoutEmail,
        "outgoing_mail"."kind" = MailKind,
        "outgoing_mail"."language" = Language,
        "outgoing_recipient"."state" = RecipientState,
        "outgoing_recipient"."bounce_class" = BounceClass,
        "delivery_event"."type" = DeliveryEventType,
        "skipped_recipient"."reason" = SkipReason,
        "mail_suppression"."cause" = SuppressionCause,
        "mail_sender"."standing" = SenderStanding,
        "incoming_mail"."state" = IncomingState,
        "incoming_mail"."cause" = Cause,
        "incoming_mail"."matched_by" = MatchedBy,
        "incoming_mail"."via" = Via,
        "incoming_settings"."reply_to_inactive" = ReplyToInactive,
        "job"."kind" = JobKind,
        "audit_event"."action" = AuditAction,
        "dkim_key"."algorithm" = DkimAlgorithm,
        "link_grant"."state" = GrantState,
        "link_settings"."incoming" = Incoming,
        "link_settings"."outgoing" = Outgoing,
        "person_link"."state" = LinkState,
        "task_mirror"."state" = MirrorState,
        "mailbox_channel"."channel" = Channel,
        "mailbox_channel"."security" = ConnectionSecurity,
        "mailbox_channel"."authentication" = LoginMethod,
        "mailbox_channel"."last_error" = FailureClass,
        "job"."state" = JobState,
    }
}

fn on_both(look: impl FnOnce(&Schema, &Schema)) {
    run_beside(async |sqlite: TestApp, postgres: TestApp| {
        let sqlite = schema(&sqlite.parts().database).await.unwrap();
        let postgres = schema(&postgres.parts().database).await.unwrap();
        look(&sqlite, &postgres);
    });
}
