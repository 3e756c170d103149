//! `PATCH /v1/settings/incoming-mail`

use actix_web::{HttpResponse, patch, web::Data};
use liaison_domain::{inbound::settings::IncomingSettings, refusal::Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

use super::IncomingMailSettingsView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        patch::Change,
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, incoming_settings},
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateIncomingMailSettings {
    #[serde(default)]
    #[schema(value_type = bool)]
    known_senders_only: Change<bool>,
    /// `comment` or `new_task`.
    #[serde(default)]
    #[schema(value_type = String)]
    reply_to_inactive: Change<String>,
    #[serde(default)]
    #[schema(value_type = bool)]
    match_subject_and_sender: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    match_sender_only: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    mailed_comments_notify_contacts: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    add_original_recipients: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    accept_robots: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    match_ticket_marks: Change<bool>,
    #[serde(default)]
    #[schema(value_type = bool)]
    author_from_reply_to: Change<bool>,
}

/// Change the settings of incoming mail
///
/// They count for mail that is looked at from then on. For administrators.
#[utoipa::path(
    operation_id = "update_incoming_settings", tag = "settings", security(("bearer" = [])),
    params(crate::http::openapi::IfMatchParam),
    request_body = UpdateIncomingMailSettings,
    responses(
        (status = 200, description = "Changed", body = IncomingMailSettingsView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/settings/incoming-mail")]
pub(super) async fn update_incoming_settings(
    app: Data<App>,
    caller: StaffCaller,
    if_match: IfMatch,
    command: Command<UpdateIncomingMailSettings>,
) -> Result<HttpResponse, Problem> {
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = incoming_settings::get(tx, &caller).await?;
        if_match.check(current.version)?;
        let changed = command.body.apply(&current)?;
        let settings = incoming_settings::update(tx, &app.env, &caller, &changed).await?;
        Ok(Answer::ok(&IncomingMailSettingsView::from(&settings))?.with_version(settings.version))
    })
    .await
}

impl UpdateIncomingMailSettings {
    fn apply(self, current: &IncomingSettings) -> Result<IncomingSettings, Refusal> {
        let mut fields = Fields::default();
        let reply_to_inactive =
            fields.change("/reply_to_inactive", self.reply_to_inactive, |it: String| it.parse());
        fields.finish()?;
        let or = |change: Change<bool>, old| change.0.unwrap_or(old);
        Ok(IncomingSettings {
            known_senders_only: or(self.known_senders_only, current.known_senders_only),
            reply_to_inactive: reply_to_inactive.unwrap_or(current.reply_to_inactive),
            match_subject_and_sender: or(self.match_subject_and_sender, current.match_subject_and_sender),
            match_sender_only: or(self.match_sender_only, current.match_sender_only),
            mailed_comments_notify_contacts: or(
                self.mailed_comments_notify_contacts,
                current.mailed_comments_notify_contacts,
            ),
            add_original_recipients: or(self.add_original_recipients, current.add_original_recipients),
            accept_robots: or(self.accept_robots, current.accept_robots),
            match_ticket_marks: or(self.match_ticket_marks, current.match_ticket_marks),
            author_from_reply_to: or(self.author_from_reply_to, current.author_from_reply_to),
            version: current.version,
        })
    }
}
