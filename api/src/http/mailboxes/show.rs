//! `GET /v1/mailboxes/{id}`

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::MailboxId;
use uuid::Uuid;

use super::MailboxView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{account, caller::StaffCaller, mailbox},
};

/// One mailbox
///
/// `health` changes without the version, so the answer is always given whole.
#[utoipa::path(
    operation_id = "show_mailbox", tag = "mailboxes", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mailbox")),
    responses(
        (status = 200, description = "The mailbox", body = MailboxView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mailboxes/{id}")]
pub(super) async fn show_mailbox(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (account, mailbox) = query(&app, async |tx| {
        let account = account::get(tx, caller.account).await?;
        Ok((account, mailbox::get(tx, &caller, MailboxId::new(*id)).await?))
    })
    .await?;
    let view = MailboxView::of(&app, &account.name, &mailbox);
    Ok(Answer::ok(&view)?.with_version(mailbox.row.version).into_response())
}
