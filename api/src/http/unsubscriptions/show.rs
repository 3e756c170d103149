//! `GET /u/{token}`

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};

use super::{Page, respond};
use crate::{
    app::App,
    http::{
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::unsubscription,
};

/// Ask whether to end automatic mail
///
/// A page with a button. Looking at it changes nothing, so that programs that look into mail do no harm (RFC 8058 §3.2).
#[utoipa::path(
    operation_id = "show_unsubscription", tag = "mail",
    params(("token" = String, Path, description = "As it stands in the mail")),
    responses(
        (status = 200, description = "The page, in the language of the mail", content_type = "text/html"),
        (status = "4XX", description = "Refused: `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/u/{token}")]
pub(super) async fn show_unsubscription(
    app: Data<App>,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let subscriber = query(&app, async |tx| unsubscription::get(tx, &app, &token).await).await?;
    Ok(respond(Page::Question, &subscriber))
}
