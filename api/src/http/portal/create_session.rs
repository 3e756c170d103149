//! `POST /v1/portal/sessions`: come in by the link in a mail.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use liaison_domain::language::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::accepted_language;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::portal::session::{self, Session},
    view::name::LanguageName,
};

/// The link that a contact came by.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreatePortalSession {
    /// What stands behind `?token=` in it.
    token: String,
}

/// A contact who has come in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortalSession)]
struct PortalSessionView {
    /// Sent as `Authorization: Bearer …`; good under `/v1/portal` alone.
    access_token: String,
    /// Seconds until it ends; the link gives a new one.
    expires_in: i64,
    contact: PortalContactView,
}

/// Who he is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortalContact)]
struct PortalContactView {
    id: Uuid,
    name: String,
    /// His own, else the first of `Accept-Language` that there is, else the account's.
    language: LanguageName,
}

/// Come in by a link
///
/// A link may be used again until `portal.link_ttl_seconds` after its mail was written. It ends at once, and what came by it,
/// when the contact is deleted, is marked as spam, loses his access or the address that the mail went to.
#[utoipa::path(
    operation_id = "create_portal_session", tag = "portal",
    request_body = CreatePortalSession,
    responses(
        (status = 201, description = "Come in", body = PortalSessionView),
        (status = "4XX", description = "Refused: `validation_failed`, `invalid_credentials`, `rate_limited`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/portal/sessions")]
pub(super) async fn create_portal_session(
    request: HttpRequest,
    app: Data<App>,
    command: Command<CreatePortalSession>,
) -> Result<HttpResponse, Problem> {
    let token = command.body.token;
    let session = query(&app, async |tx| session::begin(tx, &app, &token).await).await?;
    let view = PortalSessionView::of(session, accepted_language(&request));
    Ok(Answer::created(&view, None)?.into_response())
}

impl PortalSessionView {
    fn of(session: Session, accepted: Option<Language>) -> Self {
        let Session { access_token, expires_in, caller } = session;
        let language = caller.language.or(accepted).unwrap_or(caller.account_language);
        let contact =
            PortalContactView { id: caller.contact.uuid(), name: caller.name, language: language.into() };
        Self { access_token, expires_in, contact }
    }
}
