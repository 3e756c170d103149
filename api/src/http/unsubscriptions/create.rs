//! `POST /u/{token}`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};

use super::{Page, respond};
use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::{OUTSIDE, mutate, query},
    },
    service::unsubscription,
};

/// End automatic mail
///
/// To the address that the mail with this link was sent to, from this account; by the page's button, or by a mail program (RFC
/// 8058). What people write to it still leaves. Again does no harm.
#[utoipa::path(
    operation_id = "create_unsubscription", tag = "mail",
    params(("token" = String, Path, description = "As it stands in the mail")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "`List-Unsubscribe=One-Click`, or nothing"),
    responses(
        (status = 200, description = "It is ended: a page that says so", content_type = "text/html"),
        (status = "4XX", description = "Refused: `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/u/{token}")]
pub(super) async fn create_unsubscription(
    app: Data<App>,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let subscriber = query(&app, async |tx| unsubscription::get(tx, &app, &token).await).await?;
    mutate(&app, OUTSIDE, None, async |tx| {
        unsubscription::end(tx, &app, &subscriber).await?;
        Ok(Answer::no_content())
    })
    .await?;
    Ok(respond(Page::Done, &subscriber))
}
