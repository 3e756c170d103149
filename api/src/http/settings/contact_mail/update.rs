//! `PATCH /v1/settings/contact-mail`

use actix_web::{HttpResponse, patch, web::Data};
use liaison_domain::{
    contact_mail::ContactMailSettings,
    id::TaskId,
    mail_address::EmailAddress,
    refusal::{FieldCode, Refusal},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ContactMailSettingsView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        patch::{Change, Patch},
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, contact_mail_settings},
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateContactMailSettings {
    #[serde(default)]
    #[schema(value_type = bool)]
    unique_reply_address: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    attach_files: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    plain_text_part: Change<bool>,
    /// 0–20.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 20)]
    history_messages: Change<i64>,
    #[serde(default)]
    #[schema(value_type = bool)]
    show_all_recipients: Change<bool>,
    /// `omit`, `internal_address` or `external_address`.
    #[serde(default)]
    #[schema(value_type = String)]
    staff_without_email: Change<String>,
    #[serde(default)]
    #[schema(value_type = bool)]
    open_tracking: Change<bool>,
    /// Null: the built-in one; there is no other yet.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    compose_task_template: Patch<Uuid>,
    #[serde(default)]
    #[schema(value_type = bool)]
    reply_marker: Change<bool>,
    /// The whole list, at most 1000.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 1000)]
    suppressed_addresses: Change<Vec<String>>,
}

/// Change the settings of mail to contacts
///
/// They count for mail that is written from then on. For administrators.
#[utoipa::path(
    operation_id = "update_contact_mail_settings", tag = "settings", security(("bearer" = [])),
    params(crate::http::openapi::IfMatchParam),
    request_body = UpdateContactMailSettings,
    responses(
        (status = 200, description = "Changed", body = ContactMailSettingsView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/settings/contact-mail")]
pub(super) async fn update_contact_mail_settings(
    app: Data<App>,
    caller: StaffCaller,
    if_match: IfMatch,
    command: Command<UpdateContactMailSettings>,
) -> Result<HttpResponse, Problem> {
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = contact_mail_settings::get(tx, &caller).await?;
        if_match.check(current.version)?;
        let changed = command.body.apply(current)?;
        let settings = contact_mail_settings::update(tx, &app.env, &caller, &changed).await?;
        Ok(Answer::ok(&ContactMailSettingsView::from(&settings))?.with_version(settings.version))
    })
    .await
}

impl UpdateContactMailSettings {
    fn apply(self, current: ContactMailSettings) -> Result<ContactMailSettings, Refusal> {
        let mut fields = Fields::default();
        let staff_without_email =
            fields.change("/staff_without_email", self.staff_without_email, |it: String| it.parse());
        if self.history_messages.0.is_some_and(|it| !(0..=ContactMailSettings::MAX_HISTORY).contains(&it)) {
            fields.note("/history_messages", FieldCode::OutOfRange, "must be between 0 and 20");
        }
        let suppressed_addresses = self.suppressed_addresses.0.map(|it| addresses(&mut fields, &it));
        fields.finish()?;
        let or = |change: Change<bool>, old| change.0.unwrap_or(old);
        Ok(ContactMailSettings {
            unique_reply_address: or(self.unique_reply_address, current.unique_reply_address),
            attach_files: or(self.attach_files, current.attach_files),
            plain_text_part: or(self.plain_text_part, current.plain_text_part),
            history_messages: self.history_messages.0.unwrap_or(current.history_messages),
            show_all_recipients: or(self.show_all_recipients, current.show_all_recipients),
            staff_without_email: staff_without_email.unwrap_or(current.staff_without_email),
            open_tracking: or(self.open_tracking, current.open_tracking),
            compose_task_template: match self.compose_task_template {
                Patch::Absent => current.compose_task_template,
                Patch::Null => None,
                Patch::Value(id) => Some(TaskId::new(id)),
            },
            reply_marker: or(self.reply_marker, current.reply_marker),
            suppressed_addresses: suppressed_addresses.unwrap_or(current.suppressed_addresses),
            version: current.version,
        })
    }
}

fn addresses(fields: &mut Fields, list: &[String]) -> Vec<EmailAddress> {
    let pointer = "/suppressed_addresses";
    fields.at_most(pointer, list.len(), ContactMailSettings::MAX_SUPPRESSED);
    fields.read_each(pointer, list, EmailAddress::parse)
}
