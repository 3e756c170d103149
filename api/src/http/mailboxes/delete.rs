//! `DELETE /v1/mailboxes/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::MailboxId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, mailbox},
};

/// Delete a mailbox
///
/// Its passwords are gone at once; mail that came or went by it stays.
#[utoipa::path(
    operation_id = "delete_mailbox", tag = "mailboxes", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mailbox"), crate::http::openapi::IfMatchParam),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/mailboxes/{id}")]
pub(super) async fn delete_mailbox(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        let current = mailbox::get_to_change(tx, &caller, MailboxId::new(*id)).await?;
        if_match.check(current.row.version)?;
        mailbox::delete(tx, &app, &caller, &current).await
    })
    .await
}
