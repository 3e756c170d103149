//! `POST /v1/comments/{id}:create-task`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{
    id::{CommentId, PersonId},
    refusal::Refusal,
    text::Title,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        tasks::{MAX_PEOPLE, TaskView, view},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        comment,
        comment_copy::{self, Errand},
    },
};

/// What the task is to be.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateTaskFromComment {
    /// 1–250 characters; absent: the first line of the comment.
    #[schema(max_length = 250)]
    title: Option<String>,
    /// At most 200 people; absent: the employees whom the comment was addressed to.
    assignees: Option<Vec<Uuid>>,
}

/// Make a task of a comment
///
/// Below the comment's task and in the same project; its description is what the comment says, with its files. The caller is its
/// assigner (COM-9).
#[utoipa::path(
    operation_id = "create_task_from_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment"), crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateTaskFromComment,
    responses(
        (status = 201, description = "Set", body = TaskView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `contact_not_selectable`, `not_sent`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/comments/{id}:create-task")]
pub(super) async fn create_task_from_comment(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<CreateTaskFromComment>,
) -> Result<HttpResponse, Problem> {
    let errand = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let (source, entered) = comment::get(tx, &caller, CommentId::new(*id)).await?;
        let id = comment_copy::create_task(tx, &app, &caller, &source, &entered, errand).await?;
        let (task, version) = view(tx, &app, &caller, id).await?;
        Ok(Answer::created(&task, format!("/v1/tasks/{id}"))?.with_version(version))
    })
    .await
}

impl CreateTaskFromComment {
    fn read(self) -> Result<Errand, Refusal> {
        let mut fields = Fields::default();
        let title = self.title.and_then(|it| fields.read("/title", Title::parse(&it)));
        if let Some(assignees) = &self.assignees {
            fields.at_most("/assignees", assignees.len(), MAX_PEOPLE);
        }
        fields.finish()?;
        let assignees = self.assignees.map(|ids| ids.into_iter().map(PersonId::new).collect());
        Ok(Errand { title, assignees })
    }
}
