//! `PATCH /v1/comments/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use liaison_domain::{
    comment::MAX_AUDIENCE,
    id::{CommentId, PersonId},
    refusal::Refusal,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CommentView, one};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::{Fields, moment},
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        tasks::body,
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, comment, held_comment::HeldChange},
};

/// What changes: `text` or `html`; of a comment that is held also whom it is addressed to and when it leaves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateComment {
    /// At most 64 KiB.
    text: Option<String>,
    /// At most 64 KiB; sanitized.
    html: Option<String>,
    /// The whole list of those whom it is addressed to, at most 200.
    #[schema(max_items = 200)]
    notify: Option<Vec<Uuid>>,
    /// A time to come.
    send_at: Option<DateTime<Utc>>,
}

/// Change a comment
///
/// For its author. While it is held, everything; then the text alone: mails that no server has taken yet bring the new one,
/// the others stay as they left.
#[utoipa::path(
    operation_id = "update_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment"), crate::http::openapi::IfMatchParam),
    request_body = UpdateComment,
    responses(
        (status = 200, description = "Changed", body = CommentView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `contact_not_selectable`, `already_sent`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/comments/{id}")]
pub(super) async fn update_comment(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateComment>,
) -> Result<HttpResponse, Problem> {
    let change = command.body.read()?;
    let id = CommentId::new(*id);
    mutate(&app, scope_of(&caller), None, async |tx| {
        let (current, _) = comment::get(tx, &caller, id).await?;
        if_match.check(current.version)?;
        comment::update(tx, &app, &caller, &current, change).await?;
        let (changed, _) = comment::get(tx, &caller, id).await?;
        let version = changed.version;
        Ok(Answer::ok(&one(tx, caller.account, changed).await?)?.with_version(version))
    })
    .await
}

impl UpdateComment {
    fn read(self) -> Result<HeldChange, Refusal> {
        let mut fields = Fields::default();
        let writes = self.text.is_some() || self.html.is_some();
        let changes_else = self.notify.is_some() || self.send_at.is_some();
        let written = (writes || !changes_else).then(|| body(&mut fields, self.text, self.html, false));
        fields.at_most("/notify", self.notify.as_ref().map_or(0, Vec::len), MAX_AUDIENCE);
        let send_at = self.send_at.and_then(|at| fields.read("/send_at", moment(at)));
        fields.finish()?;
        let notify = self.notify.map(|it| it.into_iter().map(PersonId::new).collect());
        Ok(HeldChange { body: written, notify, send_at })
    }
}
