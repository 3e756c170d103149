//! `PATCH /v1/settings/contact-mail/notifications`

use actix_web::{HttpResponse, patch, web::Data};
use liaison_domain::{contact_mail::NoticeType, id::MailTemplateId, refusal::Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::NotificationsView;
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
        mail_template::{self, NoticeChange},
    },
};

/// The types that change; the others stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateContactNotifications {
    /// At most 6.
    items: Vec<UpdateContactNotification>,
}

/// A change of one type; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateContactNotification {
    /// `new_task`, `new_comment`, `task_from_mail`, `task_accepted`, `status_changed` or `reminder`
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    #[schema(value_type = bool)]
    enabled: Change<bool>,
    /// Null: the built-in one.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    template_id: Patch<Uuid>,
}

/// Change notices to contacts
///
/// They count for mail that is written from then on. For administrators.
#[utoipa::path(
    operation_id = "update_contact_notifications", tag = "settings", security(("bearer" = [])),
    params(crate::http::openapi::IfMatchParam),
    request_body = UpdateContactNotifications,
    responses(
        (status = 200, description = "Changed", body = NotificationsView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/settings/contact-mail/notifications")]
pub(super) async fn update_contact_notifications(
    app: Data<App>,
    caller: StaffCaller,
    if_match: IfMatch,
    command: Command<UpdateContactNotifications>,
) -> Result<HttpResponse, Problem> {
    let changes = command.body.read()?;
    mutate(&app, scope_of(&caller), None, async |tx| {
        let current = mail_template::list_notices(tx, &caller).await?;
        if_match.check(mail_template::version_of(&current))?;
        let notices = mail_template::update_notices(tx, &app.env, &caller, &changes).await?;
        let version = mail_template::version_of(&notices);
        Ok(Answer::ok(&NotificationsView::of(&notices))?.with_version(version))
    })
    .await
}

impl UpdateContactNotifications {
    fn read(self) -> Result<Vec<NoticeChange>, Refusal> {
        let mut fields = Fields::default();
        fields.at_most("/items", self.items.len(), NoticeType::ALL.len());
        let items = self.items.into_iter().enumerate();
        let changes = items.filter_map(|(i, it)| {
            Some(NoticeChange {
                kind: fields.read(format!("/items/{i}/type"), it.kind.parse())?,
                enabled: it.enabled.0,
                template: it.template_id.into_change().map(|it| it.map(MailTemplateId::new)),
            })
        });
        let changes = changes.collect();
        fields.finish()?;
        Ok(changes)
    }
}
