//! `POST /v1/notifications:mark-read`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{
    id::NotificationId,
    refusal::{FieldCode, Refusal},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{NotificationSummary, summary};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        notification::{self, Marked},
    },
};

/// Most notices that are named at once.
const MAX_NAMED: usize = 200;

/// Either `ids` or `all`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MarkNotificationsRead {
    /// These, at most 200.
    #[serde(default)]
    ids: Vec<Uuid>,
    /// Everything that is there now.
    #[serde(default)]
    all: bool,
}

/// Mark notifications as read
///
/// The caller's own. The answer says how much is left. One that was read stays read since then.
#[utoipa::path(
    operation_id = "mark_notifications_read", tag = "notifications", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = MarkNotificationsRead,
    responses(
        (status = 200, description = "Marked", body = NotificationSummary),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/notifications:mark-read")]
pub(super) async fn mark_notifications_read(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<MarkNotificationsRead>,
) -> Result<HttpResponse, Problem> {
    let marked = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        notification::mark_read(tx, &app.env, &caller, &marked).await?;
        Answer::ok(&summary(tx, &caller).await?)
    })
    .await
}

impl MarkNotificationsRead {
    fn read(self) -> Result<Marked, Refusal> {
        let mut fields = Fields::default();
        fields.at_most("/ids", self.ids.len(), MAX_NAMED);
        if self.all != self.ids.is_empty() {
            fields.note(
                "/all",
                FieldCode::Invalid,
                "must be true where no ids are named, and false where some are",
            );
        }
        fields.finish()?;
        if self.all {
            return Ok(Marked::All);
        }
        Ok(Marked::Some(self.ids.into_iter().map(NotificationId::new).collect()))
    }
}
