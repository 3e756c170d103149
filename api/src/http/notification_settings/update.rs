//! `PATCH /v1/notification-settings`, `PATCH /v1/employees/{id}/notification-settings`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::{
    id::PersonId,
    notification::{DoNotDisturb, Preferences, parse_time, parse_zone},
    refusal::{FieldCode, Refusal},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{NotificationSettingsView, UpdateNotificationTypes};
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
    service::{
        caller::StaffCaller,
        notification_settings::{self, Whose},
    },
};

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateNotificationSettings {
    #[serde(default)]
    #[schema(value_type = UpdateNotificationTypes)]
    types: Change<UpdateNotificationTypes>,
    /// Null: he may be disturbed at any time.
    #[serde(default)]
    #[schema(value_type = Option<UpdateDoNotDisturb>)]
    do_not_disturb: Patch<UpdateDoNotDisturb>,
}

/// What changes of the hours; where there are none yet, all fields are needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateDoNotDisturb {
    /// A time of day such as `20:00`.
    #[serde(default)]
    #[schema(value_type = String)]
    from: Change<String>,
    #[serde(default)]
    #[schema(value_type = String)]
    to: Change<String>,
    /// The IANA name of a time zone, such as `Europe/Berlin`.
    #[serde(default)]
    #[schema(value_type = String)]
    time_zone: Change<String>,
}

/// Change what the caller is told
///
/// It counts for what happens from then on.
#[utoipa::path(
    operation_id = "update_notification_settings", tag = "notifications", security(("bearer" = [])),
    params(crate::http::openapi::IfMatchParam),
    request_body = UpdateNotificationSettings,
    responses(
        (status = 200, description = "Changed", body = NotificationSettingsView),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/notification-settings")]
pub(super) async fn update_notification_settings(
    app: Data<App>,
    caller: StaffCaller,
    if_match: IfMatch,
    command: Command<UpdateNotificationSettings>,
) -> Result<HttpResponse, Problem> {
    update(&app, &caller, Whose::Own, &if_match, command.body).await
}

/// Change what an employee is told
///
/// For administrators.
#[utoipa::path(
    operation_id = "update_employee_notification_settings", tag = "notifications", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The employee"), crate::http::openapi::IfMatchParam),
    request_body = UpdateNotificationSettings,
    responses(
        (status = 200, description = "Changed", body = NotificationSettingsView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/employees/{id}/notification-settings")]
pub(super) async fn update_employee_notification_settings(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateNotificationSettings>,
) -> Result<HttpResponse, Problem> {
    update(&app, &caller, Whose::Of(PersonId::new(*id)), &if_match, command.body).await
}

async fn update(
    app: &App,
    caller: &StaffCaller,
    whose: Whose,
    if_match: &IfMatch,
    change: UpdateNotificationSettings,
) -> Result<HttpResponse, Problem> {
    mutate(app, scope_of(caller), None, async |tx| {
        let (person, mut settings) = notification_settings::get(tx, caller, whose).await?;
        if_match.check(settings.version)?;
        change.apply(&mut settings.preferences)?;
        let settings = notification_settings::update(tx, caller, person, &settings).await?;
        Ok(Answer::ok(&NotificationSettingsView::from(&settings))?.with_version(settings.version))
    })
    .await
}

impl UpdateNotificationSettings {
    fn apply(self, preferences: &mut Preferences) -> Result<(), Refusal> {
        let mut fields = Fields::default();
        if let Some(types) = self.types.0 {
            types.apply(preferences);
        }
        match self.do_not_disturb {
            Patch::Absent => {}
            Patch::Null => preferences.do_not_disturb = None,
            Patch::Value(change) => {
                preferences.do_not_disturb = change.read(&mut fields, preferences.do_not_disturb.as_ref());
            }
        }
        fields.finish()
    }
}

impl UpdateDoNotDisturb {
    /// The hours as they will be; none where a field is refused.
    fn read(self, fields: &mut Fields, current: Option<&DoNotDisturb>) -> Option<DoNotDisturb> {
        let needed = [
            ("/do_not_disturb/from", self.from.0.is_some()),
            ("/do_not_disturb/to", self.to.0.is_some()),
            ("/do_not_disturb/time_zone", self.time_zone.0.is_some()),
        ];
        for (pointer, _) in needed.into_iter().filter(|(_, is_there)| !is_there && current.is_none()) {
            fields.note(pointer, FieldCode::Required, "is required");
        }
        let time = |it: String| parse_time(&it);
        let from = fields.change("/do_not_disturb/from", self.from, time);
        let to = fields.change("/do_not_disturb/to", self.to, time);
        let zone = fields.change("/do_not_disturb/time_zone", self.time_zone, |it: String| parse_zone(&it));
        let from = from.or(current.map(DoNotDisturb::from))?;
        let to = to.or(current.map(DoNotDisturb::to))?;
        let zone = zone.or_else(|| Some(current?.zone().clone()))?;
        fields.read("/do_not_disturb/to", DoNotDisturb::new(from, to, zone))
    }
}
