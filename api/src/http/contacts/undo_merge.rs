//! `POST /v1/contacts:undo-merge`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::id::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ContactView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        contact::merge::{self, Unmerged},
    },
    view::warning::WarningView,
};

/// Which merge to undo.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UndoMerge {
    /// As `:merge` gave it.
    undo_token: String,
}

/// Contacts who are several again.
#[derive(Debug, Serialize, ToSchema)]
struct UnmergedContacts {
    /// The contact who had stayed.
    contact: ContactView,
    /// Those who had become one with him.
    contacts: Vec<ContactView>,
    /// What did not come back: `address_taken` for an address that is somebody else's by now.
    warnings: Vec<WarningView>,
}

impl From<&Unmerged> for UnmergedContacts {
    fn from(unmerged: &Unmerged) -> Self {
        let warning = |(person, address): &(PersonId, String)| WarningView {
            code: "address_taken".to_owned(),
            detail: format!("{address} is somebody else's by now."),
            person_id: Some(person.uuid()),
        };
        Self {
            contact: ContactView::from(&unmerged.contact),
            contacts: unmerged.contacts.iter().map(ContactView::from).collect(),
            warnings: unmerged.lost.iter().map(warning).collect(),
        }
    }
}

/// Undo a merge of contacts
///
/// All that passed to the contact who stayed goes back where it still names him. What was made since stays his, and so does what
/// was changed in his card since.
#[utoipa::path(
    operation_id = "undo_merge_contacts", tag = "contacts", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = UndoMerge,
    responses(
        (status = 200, description = "Undone", body = UnmergedContacts),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found` where the token is no good (any more), `validation_failed`, `not_undoable`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contacts:undo-merge")]
pub(super) async fn undo_merge_contacts(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<UndoMerge>,
) -> Result<HttpResponse, Problem> {
    let token = command.body.undo_token;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let unmerged = merge::undo(tx, &app, &caller, &token).await?;
        Answer::ok(&UnmergedContacts::from(&unmerged))
    })
    .await
}
