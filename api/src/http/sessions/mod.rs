//! `/v1/sessions`: signing in, staying in, signing out.

mod create;
mod delete;
mod refresh;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{http::routes::Routes, service::session::Tokens};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(create::create_session)
        .service(refresh::refresh_session)
        .service(delete::delete_current_session);
}

/// The tokens of a session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tokens)]
pub(super) struct TokensView {
    /// Sent as `Authorization: Bearer …`.
    access_token: String,
    /// Good once, for the next pair; used again, it revokes the session.
    refresh_token: String,
    /// Seconds until the access token ends.
    expires_in: i64,
}

impl From<Tokens> for TokensView {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            expires_in: tokens.expires_in,
        }
    }
}
