//! `DELETE /v1/sessions/current`: sign out.

use actix_web::{HttpResponse, delete, web::Data};
use liaison_persistence::account;

use crate::{
    app::App,
    http::{
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::caller::UserCaller,
};

/// Sign out
///
/// Ends the session; its tokens are refused from now on.
#[utoipa::path(
    operation_id = "delete_current_session", tag = "sessions", security(("bearer" = [])),
    responses(
        (status = 204, description = "Signed out"),
        (status = "4XX", description = "Refused: `unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/sessions/current")]
pub(super) async fn delete_current_session(
    app: Data<App>,
    caller: UserCaller,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        account::revoke_session(tx, caller.account, caller.session, app.env.now()).await?;
        Ok(())
    })
    .await
}
