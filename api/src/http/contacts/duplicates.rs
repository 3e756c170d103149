//! `GET /v1/contacts/duplicates`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{
        caller::StaffCaller,
        contact::duplicate::{self, Duplicate, Match},
    },
    view::{name::LikenessName, person::PersonView},
};

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListDuplicateContacts {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// A contact who may be somebody who was written down before.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DuplicateContact)]
struct DuplicateView {
    contact: PersonView,
    /// What he has in common, and with whom; at least one.
    matches: Vec<MatchView>,
}

/// What two people have in common.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactMatch)]
struct MatchView {
    reason: LikenessName,
    /// The address, the number or the name, as it stands with the contact.
    value: String,
    /// Who had it first. Mail to and from an address that several have is his (DUP-3).
    first: PersonView,
}

impl From<Match> for MatchView {
    fn from(found: Match) -> Self {
        Self { reason: found.likeness.into(), value: found.value, first: (&found.first).into() }
    }
}

impl From<Duplicate> for DuplicateView {
    fn from(found: Duplicate) -> Self {
        let matches = found.matches.into_iter().map(MatchView::from).collect();
        Self { contact: (&found.contact).into(), matches }
    }
}

/// List contacts who may be written down twice
///
/// Newest first, each with whoever had the same address, phone number or whole name before him; that may be an employee. A page
/// looks at a thousand contacts at most, so it may be short, even empty, and go on: read until `next_cursor` is null. `:merge`
/// makes one of them.
#[utoipa::path(
    operation_id = "list_duplicate_contacts", tag = "contacts", security(("bearer" = [])),
    params(ListDuplicateContacts),
    responses(
        (status = 200, description = "A page", body = PageView<DuplicateView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contacts/duplicates")]
pub(super) async fn list_duplicate_contacts(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListDuplicateContacts>,
) -> Result<HttpResponse, Problem> {
    let ListDuplicateContacts { limit, cursor } = parameters.0;
    let page = page::request(limit.as_deref(), cursor.as_deref())?;
    let found = query(&app, async |tx| duplicate::list(tx, &caller, page).await).await?;
    Ok(Answer::ok(&PageView::of(found, DuplicateView::from))?.respond(&request))
}
