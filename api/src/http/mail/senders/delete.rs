//! `DELETE /v1/mail/senders/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::MailSenderId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, mail_sender},
};

/// Forget a blocked or trusted sender
///
/// His next mail is judged like anybody's; one that was rejected meanwhile can be looked at once more. For administrators.
#[utoipa::path(
    operation_id = "delete_mail_sender", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The sender")),
    responses(
        (status = 204, description = "Forgotten"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/mail/senders/{id}")]
pub(super) async fn delete_mail_sender(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| mail_sender::delete(tx, &caller, MailSenderId::new(*id)).await).await
}
