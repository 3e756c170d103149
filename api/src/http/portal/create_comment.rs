//! `POST /v1/portal/tasks/{id}/comments`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{
    id::{CommentId, FileId, TaskId},
    refusal::Refusal,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::PortalCommentView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        tasks::{MAX_FILES, body},
        transact::{mutate, scope_of_contact},
    },
    service::{
        caller::PortalCaller,
        portal::answer::{self, CreateAnswer},
    },
};

/// What a contact writes: `text` or `html`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreatePortalComment {
    /// At most 64 KiB.
    text: Option<String>,
    /// At most 64 KiB; sanitized.
    html: Option<String>,
    /// A comment of the same task that it answers; absent: the latest that he sees.
    reply_to: Option<Uuid>,
    /// At most 100 files that he uploaded and has not sent yet.
    #[serde(default)]
    #[schema(max_items = 100)]
    file_ids: Vec<Uuid>,
}

/// Answer as a contact
///
/// It goes to whom an answer by mail would go: the author of what it answers and those who had it too, else to those who work
/// on the task (DASH-8). Nobody of them is named here.
#[utoipa::path(
    operation_id = "create_portal_comment", tag = "portal", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task"), crate::http::openapi::IdempotencyKeyParam),
    request_body = CreatePortalComment,
    responses(
        (status = 201, description = "Written", body = PortalCommentView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/portal/tasks/{id}/comments")]
pub(super) async fn create_portal_comment(
    app: Data<App>,
    caller: PortalCaller,
    id: Path<Uuid>,
    command: Command<CreatePortalComment>,
) -> Result<HttpResponse, Problem> {
    let new = command.body.read()?;
    mutate(&app, scope_of_contact(&caller), command.idempotency, async |tx| {
        let written = answer::create(tx, &app, &caller, TaskId::new(*id), new).await?;
        Answer::created(&PortalCommentView::of(&caller, written), None)
    })
    .await
}

impl CreatePortalComment {
    fn read(self) -> Result<CreateAnswer, Refusal> {
        let mut fields = Fields::default();
        let body = body(&mut fields, self.text, self.html, !self.file_ids.is_empty());
        fields.at_most("/file_ids", self.file_ids.len(), MAX_FILES);
        fields.finish()?;
        Ok(CreateAnswer {
            body,
            reply_to: self.reply_to.map(CommentId::new),
            file_ids: self.file_ids.into_iter().map(FileId::new).collect(),
        })
    }
}
