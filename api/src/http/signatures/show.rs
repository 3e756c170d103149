//! `GET /v1/signatures/{level}`

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};

use super::{SignatureView, read_level};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::StaffCaller, signature},
};

/// Show a signature
///
/// The account's, or the caller's own.
#[utoipa::path(
    operation_id = "show_signature", tag = "settings", security(("bearer" = [])),
    params(("level" = String, Path, description = "`account` or `employee`")),
    responses(
        (status = 200, description = "The signature", body = SignatureView),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/signatures/{level}")]
pub(super) async fn show_signature(
    app: Data<App>,
    caller: StaffCaller,
    level: Path<String>,
) -> Result<HttpResponse, Problem> {
    let level = read_level(&level)?;
    let html = query(&app, async |tx| signature::find(tx, &caller, level).await).await?;
    Ok(Answer::ok(&SignatureView { html })?.into_response())
}
