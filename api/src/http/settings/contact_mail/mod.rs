//! `/v1/settings/contact-mail`

mod show;
mod show_notifications;
mod update;
mod update_notifications;

use liaison_domain::{
    contact_mail::ContactMailSettings,
    id::{MailTemplateId, TaskId},
    mail_address::EmailAddress,
};
use liaison_persistence::mail_template::NoticeRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::routes::Routes,
    view::name::{NoticeTypeName, StaffWithoutEmailName},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(show::show_contact_mail_settings)
        .service(update::update_contact_mail_settings)
        .service(show_notifications::show_contact_notifications)
        .service(update_notifications::update_contact_notifications);
}

/// What mail to contacts is like. A mail keeps to the settings that were in force when it was written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactMailSettings)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
struct ContactMailSettingsView {
    /// Reply-To is an address of this message and recipient alone; off: the task's address. Default true.
    unique_reply_address: bool,
    /// Files travel in the mail, smallest first, as far as 10 MB go, the others as links; off: all as links.
    /// Images that the text shows always travel. Default true.
    attach_files: bool,
    /// A plain text stands beside the HTML. Default true.
    plain_text_part: bool,
    /// How many earlier messages of the task each recipient gets again, of those that he wrote or was addressed in: 0–20,
    /// as far as 128 KiB go. Default 0.
    history_messages: i64,
    /// One common mail with the addresses of all recipients in To, in place of one for each. Default false.
    show_all_recipients: bool,
    /// What a common mail does with the employees who are told and want no notices by e-mail, as none of them does so far:
    /// `omit` (default): they don't stand in it; `internal_address`: they stand in it by their internal addresses and get
    /// nothing; `external_address`: they stand in it by their own addresses, which contacts see then, and get it.
    staff_without_email: StaffWithoutEmailName,
    /// An image in the mail tells when it was opened. Default false.
    open_tracking: bool,
    /// The task that messages to contacts (`write_to_contact`) become tasks after: its project, priority, participants and
    /// auditors. Null (default): none of them.
    #[schema(required)]
    compose_task_template: Option<Uuid>,
    /// A line on top asks to answer above it, in the contact's language. Default true.
    reply_marker: bool,
    /// Nothing leaves to these addresses, comments written by hand neither. Default none.
    suppressed_addresses: Vec<String>,
}

impl From<&ContactMailSettings> for ContactMailSettingsView {
    fn from(settings: &ContactMailSettings) -> Self {
        let suppressed: fn(&EmailAddress) -> String = |it| it.as_str().to_owned();
        Self {
            unique_reply_address: settings.unique_reply_address,
            attach_files: settings.attach_files,
            plain_text_part: settings.plain_text_part,
            history_messages: settings.history_messages,
            show_all_recipients: settings.show_all_recipients,
            staff_without_email: settings.staff_without_email.into(),
            open_tracking: settings.open_tracking,
            compose_task_template: settings.compose_task_template.map(TaskId::uuid),
            reply_marker: settings.reply_marker,
            suppressed_addresses: settings.suppressed_addresses.iter().map(suppressed).collect(),
        }
    }
}

/// What contacts are told of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactNotifications)]
struct NotificationsView {
    items: Vec<NotificationView>,
}

/// One type of notice. `reminder` is kept for later: nothing makes such mails yet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactNotification)]
struct NotificationView {
    #[serde(rename = "type")]
    kind: NoticeTypeName,
    enabled: bool,
    /// The text; null: the built-in one.
    #[schema(required)]
    template_id: Option<Uuid>,
}

impl NotificationsView {
    fn of(notices: &[NoticeRow]) -> Self {
        let view = |it: &NoticeRow| NotificationView {
            kind: it.kind.into(),
            enabled: it.enabled,
            template_id: it.template_id.map(MailTemplateId::uuid),
        };
        Self { items: notices.iter().map(view).collect() }
    }
}
