//! `/v1/me/linked-accounts`: who sends to the caller over links, or asks to.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use liaison_domain::id::LinkGrantId;
use liaison_persistence::link::grant::GrantRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::{Command, Empty},
        problem::{Problem, ProblemView},
        transact::{mutate, query, scope_of},
    },
    service::{
        caller::StaffCaller,
        link::{agreement, primary},
    },
    view::name::GrantStateName,
};

/// An account whose people send to the caller.
#[derive(Debug, Serialize, ToSchema)]
struct LinkedAccounts {
    items: Vec<IncomingLinkView>,
}

/// Somebody of another account sends to the caller, or asks to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncomingLink)]
struct IncomingLinkView {
    id: Uuid,
    /// The other account's name.
    account: String,
    /// `pending`: waits for the caller's answer; `active`; `refused`; `ended`: the other side has ended it.
    state: GrantStateName,
    /// The caller is employed there too, and chose this account as his primary one.
    is_primary: bool,
    created_at: DateTime<Utc>,
}

impl From<GrantRow> for IncomingLinkView {
    fn from(row: GrantRow) -> Self {
        Self {
            id: row.id.uuid(),
            account: row.peer,
            state: row.state.into(),
            is_primary: row.is_primary,
            created_at: row.created_at,
        }
    }
}

/// Accounts linked to me
///
/// Those whose people send to the caller, and those that wait for his consent; oldest first.
#[utoipa::path(
    operation_id = "list_linked_accounts", tag = "me", security(("bearer" = [])),
    responses(
        (status = 200, description = "All of them", body = LinkedAccounts),
        (status = "4XX", description = "Refused: `unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/me/linked-accounts")]
pub(super) async fn list_linked_accounts(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
) -> Result<HttpResponse, Problem> {
    let grants = query(&app, async |tx| primary::list_grants(tx, &caller).await).await?;
    let items = grants.into_iter().map(IncomingLinkView::from).collect();
    Ok(Answer::ok(&LinkedAccounts { items })?.respond(&request))
}

/// Consent to a link
///
/// What was addressed to the caller since the request crosses now.
#[utoipa::path(
    operation_id = "approve_linked_account", tag = "me", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The request"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 200, description = "Active", body = IncomingLinkView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `link_ended`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/linked-accounts/{id}:approve")]
pub(super) async fn approve_linked_account(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    answer(&app, caller, *id, command, true).await
}

/// Refuse a link, or end one
///
/// Nothing more crosses; what did stays. The other account may ask anew.
#[utoipa::path(
    operation_id = "refuse_linked_account", tag = "me", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The request"), crate::http::openapi::IdempotencyKeyParam),
    request_body = Empty,
    responses(
        (status = 200, description = "Refused", body = IncomingLinkView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `link_ended`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/linked-accounts/{id}:refuse")]
pub(super) async fn refuse_linked_account(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    answer(&app, caller, *id, command, false).await
}

async fn answer(
    app: &App,
    caller: StaffCaller,
    id: Uuid,
    command: Command<Empty>,
    accepted: bool,
) -> Result<HttpResponse, Problem> {
    mutate(app, scope_of(&caller), command.idempotency, async |tx| {
        let row = agreement::answer(tx, app, &caller, LinkGrantId::new(id), accepted).await?;
        Answer::ok(&IncomingLinkView::from(row))
    })
    .await
}
