//! `POST /v1/tasks/{id}/comments:preview`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::id::{CommentId, TaskId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DeliveryView, WarningView, create::CreateComment, deliveries, one};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        problem::{Problem, ProblemView},
        transact::rehearse,
    },
    service::{
        access::enter,
        caller::StaffCaller,
        reply::{self, Preview},
    },
    view::parsed_mail::ParsedMailbox,
};

/// What would become of a comment.
#[derive(Debug, Serialize, ToSchema)]
struct CommentPreview {
    /// One a person who is addressed.
    items: Vec<DeliveryPreview>,
    warnings: Vec<WarningView>,
}

/// What one person would get.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveryPreview {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// Null where no mail would leave to him.
    #[schema(required)]
    mail: Option<MailPreview>,
}

impl DeliveryPreview {
    fn is_mail_to(&self, person: Uuid) -> bool {
        self.delivery.mail_id.is_some() && self.delivery.person.id == person
    }
}

/// The very mail that would leave.
#[derive(Debug, Serialize, ToSchema)]
struct MailPreview {
    address: String,
    from: ParsedMailbox,
    subject: String,
    html: String,
    text: String,
    /// The files in it.
    attached: Vec<String>,
    /// The files that it links or names.
    linked: Vec<String>,
    /// The comments that it repeats, newest first.
    history: Vec<Uuid>,
}

impl From<Preview> for MailPreview {
    fn from(preview: Preview) -> Self {
        let composed = preview.composed;
        Self {
            address: preview.address,
            from: ParsedMailbox { name: Some(preview.from_name), address: preview.from_address },
            subject: composed.subject,
            html: composed.html,
            text: composed.text,
            attached: preview.attached,
            linked: preview.linked.into_iter().map(|it| it.file.name).collect(),
            history: preview.history.into_iter().map(CommentId::uuid).collect(),
        }
    }
}

/// See what would leave
///
/// For each person the very mail that `create_comment` would send him now. Nothing is written and nothing leaves; the links
/// in it lead nowhere.
#[utoipa::path(
    operation_id = "preview_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task")),
    request_body = CreateComment,
    responses(
        (status = 200, description = "What would leave", body = CommentPreview),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `contact_not_selectable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/tasks/{id}/comments:preview")]
pub(super) async fn preview_comment(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<CreateComment>,
) -> Result<HttpResponse, Problem> {
    let new = command.body.read()?;
    let (warnings, told, mails) = rehearse(&app, async |tx| {
        let entered = enter(tx, &caller, TaskId::new(*id)).await?;
        let (written, mails) = reply::rehearse(tx, &app, &caller, &entered, new).await?;
        let told = deliveries(tx, caller.account, written.id).await?;
        Ok((one(tx, caller.account, written).await?.warnings, told, mails))
    })
    .await?;
    let mut items: Vec<DeliveryPreview> =
        told.into_iter().map(|delivery| DeliveryPreview { delivery, mail: None }).collect();
    for mail in mails {
        let person = mail.person.uuid();
        let shown = mail.compose(&app).await?.map(MailPreview::from);
        if let Some(item) = items.iter_mut().find(|it| it.is_mail_to(person)) {
            item.mail = shown;
        }
    }
    Ok(Answer::ok(&CommentPreview { items, warnings })?.into_response())
}
