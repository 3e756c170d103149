//! `POST /v1/tasks/{id}/comments`: the main job begins here.

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use liaison_domain::{
    comment::MAX_AUDIENCE,
    id::{CommentId, FileId, MailboxId, PersonId, TaskId},
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CommentView, DeliveryView, deliveries, one};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::{Fields, moment},
        problem::{Problem, ProblemView},
        tasks::{MAX_FILES, body},
        transact::{mutate, scope_of},
    },
    service::{access::enter, caller::UserCaller, comment},
};

/// A new comment: `text` or `html`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateComment {
    /// At most 64 KiB.
    text: Option<String>,
    /// At most 64 KiB; sanitized.
    html: Option<String>,
    /// Whom it is addressed to, at most 200: contacts get a mail, employees a notice. Empty: an internal note.
    #[serde(default)]
    #[schema(max_items = 200)]
    notify: Vec<Uuid>,
    /// At most 100 uploaded files.
    #[serde(default)]
    #[schema(max_items = 100)]
    file_ids: Vec<Uuid>,
    /// Seen by its audience, its author and administrators only (COM-5). Absent: as the comment that it answers.
    hidden: Option<bool>,
    /// A comment of the same task that it answers.
    reply_to: Option<Uuid>,
    /// The external mailbox that its mails leave by: the company's, or the caller's own. Absent: the default one.
    mailbox_id: Option<Uuid>,
    /// Leaves at this time, which is to come. Absent: at once, or after the account's `send_delay_seconds` where it is
    /// addressed to contacts.
    send_at: Option<DateTime<Utc>>,
}

/// The comment, and what became of its notices.
#[derive(Debug, Serialize, ToSchema)]
struct CreatedComment {
    #[serde(flatten)]
    comment: CommentView,
    deliveries: Vec<DeliveryView>,
}

/// Write a comment
///
/// What is addressed to a contact leaves as mail; what is not, he never sees (CLI-3). With `send_at`, or where the account
/// has a delay, it is held until then: seen by its author and administrators alone, changed by `update_comment`, taken back
/// by `cancel_comment`, published early by `send_comment`.
#[utoipa::path(
    operation_id = "create_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateComment,
    responses(
        (status = 201, description = "Written", body = CreatedComment),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `contact_not_selectable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/tasks/{id}/comments")]
pub(super) async fn create_comment(
    app: Data<App>,
    caller: UserCaller,
    id: Path<Uuid>,
    command: Command<CreateComment>,
) -> Result<HttpResponse, Problem> {
    let new = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let entered = enter(tx, &caller, TaskId::new(*id)).await?;
        let written = comment::create(tx, &app, &caller, &entered, new).await?;
        let (id, version) = (written.id, written.version);
        let comment = one(tx, caller.account, written).await?;
        let mut deliveries = deliveries(tx, caller.account, id).await?;
        if caller.is_external() {
            deliveries.iter_mut().for_each(DeliveryView::leave_address_out);
        }
        let view = CreatedComment { comment, deliveries };
        Ok(Answer::created(&view, format!("/v1/comments/{id}"))?.with_version(version))
    })
    .await
}

impl CreateComment {
    pub(super) fn read(self) -> Result<comment::CreateComment, Refusal> {
        let mut fields = Fields::default();
        let body = body(&mut fields, self.text, self.html, !self.file_ids.is_empty());
        fields.at_most("/notify", self.notify.len(), MAX_AUDIENCE);
        fields.at_most("/file_ids", self.file_ids.len(), MAX_FILES);
        let send_at = self.send_at.and_then(|at| fields.read("/send_at", moment(at)));
        fields.finish()?;
        Ok(comment::CreateComment {
            body,
            notify: self.notify.into_iter().map(PersonId::new).collect(),
            hidden: self.hidden,
            reply_to: self.reply_to.map(CommentId::new),
            file_ids: self.file_ids.into_iter().map(FileId::new).collect(),
            carried: Vec::new(),
            mailbox: self.mailbox_id.map(MailboxId::new),
            send_at,
        })
    }
}
