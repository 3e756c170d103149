//! `POST /v1/contacts:merge`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{
    id::PersonId,
    refusal::{FieldCode, Refusal},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ContactView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{
        caller::StaffCaller,
        contact::merge::{Merged, merge_contacts as become_one},
    },
};

/// Most contacts that become one with another at once.
const MAX_FROM: usize = 20;

/// Who becomes one with whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergeContacts {
    /// The contact who stays.
    into: Uuid,
    /// Those who become one with him, 1–20 of them.
    #[schema(min_items = 1, max_items = 20)]
    from: Vec<Uuid>,
}

/// The contact who stayed.
#[derive(Debug, Serialize, ToSchema)]
struct MergedContact {
    #[serde(flatten)]
    contact: ContactView,
    /// Undoes the merge by `:undo-merge` for 30 days. It is not shown again.
    undo_token: String,
}

impl From<&Merged> for MergedContact {
    fn from(merged: &Merged) -> Self {
        Self { contact: ContactView::from(&merged.contact), undo_token: merged.undo_token.clone() }
    }
}

/// Merge contacts
///
/// Addresses, phones and companies are united; of what there is one of, the value of `into` stands, and what he lacks is taken
/// from the first who has it, but for names. Everything that named one of the others names him from now on: roles, comments,
/// audiences, counterparties, links; an answer to any mail that they got is his. The others can't be found any more (DUP-5).
#[utoipa::path(
    operation_id = "merge_contacts", tag = "contacts", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = MergeContacts,
    responses(
        (status = 200, description = "Merged", body = MergedContact),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `already_linked`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contacts:merge")]
pub(super) async fn merge_contacts(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<MergeContacts>,
) -> Result<HttpResponse, Problem> {
    let (into, from) = command.body.read()?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let merged = become_one(tx, &app, &caller, into, &from).await?;
        Ok(Answer::ok(&MergedContact::from(&merged))?.with_version(merged.contact.version))
    })
    .await
}

impl MergeContacts {
    fn read(self) -> Result<(PersonId, Vec<PersonId>), Refusal> {
        let mut fields = Fields::default();
        if self.from.is_empty() {
            fields.note("/from", FieldCode::Empty, "must name somebody");
        }
        fields.at_most("/from", self.from.len(), MAX_FROM);
        for (i, id) in self.from.iter().enumerate() {
            if *id == self.into || self.from.iter().take(i).any(|it| it == id) {
                fields.note(format!("/from/{i}"), FieldCode::Invalid, "is named twice");
            }
        }
        fields.finish()?;
        Ok((PersonId::new(self.into), self.from.into_iter().map(PersonId::new).collect()))
    }
}
