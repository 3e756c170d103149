//! `POST /v1/contacts/{id}:write`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{
    id::{FileId, PersonId},
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
        tasks::{MAX_FILES, TaskView, body, view},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        correspondence::{self, Message},
    },
};

/// A message: `text` or `html`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WriteToContact {
    /// The mail's subject; 1–250 characters.
    #[schema(example = "Our offer", max_length = 250)]
    title: String,
    /// At most 64 KiB.
    text: Option<String>,
    /// At most 64 KiB; sanitized.
    html: Option<String>,
    /// At most 100 uploaded files.
    #[serde(default)]
    #[schema(max_items = 100)]
    file_ids: Vec<Uuid>,
}

/// Write to a contact
///
/// The message is a task that the contact is assigned and is the counterparty of, after the account's
/// `compose_task_template` (WRT-1). It leaves to his address as every new task does.
#[utoipa::path(
    operation_id = "write_to_contact", tag = "contacts", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The contact"), crate::http::openapi::IdempotencyKeyParam),
    request_body = WriteToContact,
    responses(
        (status = 201, description = "The task", body = TaskView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `contact_not_selectable`, `no_address`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contacts/{id}:write")]
pub(super) async fn write_to_contact(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<WriteToContact>,
) -> Result<HttpResponse, Problem> {
    let message = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let id = correspondence::write(tx, &app, &caller, PersonId::new(*id), message).await?;
        let (task, version) = view(tx, &app, &caller, id).await?;
        Ok(Answer::created(&task, format!("/v1/tasks/{id}"))?.with_version(version))
    })
    .await
}

impl WriteToContact {
    fn read(self) -> Result<Message, Refusal> {
        let mut fields = Fields::default();
        let title = fields.read("/title", Title::parse(&self.title));
        let body = body(&mut fields, self.text, self.html, !self.file_ids.is_empty());
        fields.at_most("/file_ids", self.file_ids.len(), MAX_FILES);
        let (Some(title), true) = (title, fields.is_empty()) else { return Err(fields.refusal()) };
        let file_ids = self.file_ids.into_iter().map(FileId::new).collect();
        Ok(Message { title, body, file_ids })
    }
}
