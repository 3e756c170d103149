//! `/v1/notification-settings`: what employees want to be told, and what of one task or project.

mod project;
mod show;
mod task;
mod update;

use liaison_domain::{
    notification::{Channels, DoNotDisturb, NotificationKind, Preferences, TaskMode},
    refusal::Refusal,
};
use liaison_persistence::notification_settings::SettingsRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    http::{fields::Fields, patch::Change, routes::Routes},
    view::name::TaskModeName,
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(show::show_notification_settings)
        .service(update::update_notification_settings)
        .service(show::show_employee_notification_settings)
        .service(update::update_employee_notification_settings)
        .service(task::show_task_notification_settings)
        .service(task::set_task_notification_settings)
        .service(project::show_project_notification_settings)
        .service(project::set_project_notification_settings);
}

/// What an employee wants to be told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationSettings)]
struct NotificationSettingsView {
    types: NotificationTypes,
    /// Null where he may be disturbed at any time.
    #[schema(required)]
    do_not_disturb: Option<DoNotDisturbView>,
}

/// By which ways somebody is told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationChannels)]
struct ChannelsView {
    /// In his feed.
    in_app: bool,
    /// To his own address.
    email: bool,
}

/// The hours of each day in which no mail leaves to him; his feed is filled all the same.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DoNotDisturb)]
struct DoNotDisturbView {
    #[schema(example = "20:00")]
    from: String,
    /// Before `from`, it is of the next day.
    #[schema(example = "08:00")]
    to: String,
    /// The IANA name of his time zone.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
}

/// What the caller wants to be told of one task, or of the tasks of one project.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationModeSettings)]
struct ModeView {
    /// `all`: every comment that he may see and every change of status, also what he is not told of otherwise; `own`: as of
    /// any task; `off`: nothing.
    mode: TaskModeName,
}

/// What he wants to be told of it from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetNotificationMode {
    /// `all`, `own` or `off`
    mode: String,
}

impl SetNotificationMode {
    fn read(&self) -> Result<TaskMode, Refusal> {
        let mut fields = Fields::default();
        fields.read("/mode", self.mode.parse()).ok_or_else(|| fields.refusal())
    }
}

/// What changes of one type; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateChannels {
    #[serde(default)]
    #[schema(value_type = bool)]
    in_app: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    email: Change<bool>,
}

impl UpdateChannels {
    fn apply(self, preferences: &mut Preferences, kind: NotificationKind) {
        let current = preferences.channels(kind);
        let changed = Channels {
            in_app: self.in_app.0.unwrap_or(current.in_app),
            email: self.email.0.unwrap_or(current.email),
        };
        preferences.chosen.insert(kind, changed);
    }
}

/// Declares the types that employees choose the channels of.
macro_rules! types {
    ($($(#[$doc:meta])* $name:ident = $Kind:ident;)+) => {
        /// The channels of each type.
        #[derive(Debug, Serialize, ToSchema)]
        struct NotificationTypes {
            $($(#[$doc])* $name: ChannelsView,)+
        }

        impl NotificationTypes {
            fn of(preferences: &Preferences) -> Self {
                Self { $($name: preferences.channels(NotificationKind::$Kind).into(),)+ }
            }
        }

        /// The types that change; absent ones stay.
        #[derive(Debug, Default, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        struct UpdateNotificationTypes {
            $($(#[$doc])* #[serde(default)] #[schema(value_type = UpdateChannels)] $name: Change<UpdateChannels>,)+
        }

        impl UpdateNotificationTypes {
            fn apply(self, preferences: &mut Preferences) {
                $(if let Some(change) = self.$name.0 {
                    change.apply(preferences, NotificationKind::$Kind);
                })+
            }
        }
    };
}

types! {
    /// He was made assignee.
    new_task = NewTask;
    /// He was made participant. Default: off.
    added_as_participant = AddedAsParticipant;
    /// He was made auditor. Default: off.
    added_as_auditor = AddedAsAuditor;
    /// A comment was addressed to him.
    new_comment = NewComment;
    /// A comment names him: `@login`.
    mention = Mention;
    /// An assignee took on a task that he set.
    task_accepted = TaskAccepted;
    /// An assignee rejected a task that he set.
    task_rejected = TaskRejected;
    /// A task that he set has another status.
    status_changed = StatusChanged;
}

impl From<Channels> for ChannelsView {
    fn from(channels: Channels) -> Self {
        Self { in_app: channels.in_app, email: channels.email }
    }
}

impl From<&DoNotDisturb> for DoNotDisturbView {
    fn from(hours: &DoNotDisturb) -> Self {
        let time = |it: chrono::NaiveTime| it.format("%H:%M").to_string();
        Self { from: time(hours.from()), to: time(hours.to()), time_zone: hours.zone_name().to_owned() }
    }
}

impl From<&SettingsRow> for NotificationSettingsView {
    fn from(settings: &SettingsRow) -> Self {
        Self {
            types: NotificationTypes::of(&settings.preferences),
            do_not_disturb: settings.preferences.do_not_disturb.as_ref().map(Into::into),
        }
    }
}
