//! `GET /f/{token}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};

use crate::{
    app::App,
    http::{
        download,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::file_link,
};

/// Follow a link in a mail
///
/// The file, always to be saved and never to be shown or kept by anybody between. Following a link changes nothing, so that
/// programs that look into mail do no harm. A link that expired, that was not made here, or whose message is not for its
/// recipient any more leads nowhere.
#[utoipa::path(
    operation_id = "follow_file_link", tag = "files",
    params(
        ("token" = String, Path, description = "As it stands in the mail"),
        ("Range" = Option<String>, Header, description = "One range of bytes, such as `bytes=0-1023`"),
    ),
    responses(
        (status = 200, description = "The whole content", content_type = "*/*"),
        (status = 206, description = "The part that `Range` names", content_type = "*/*"),
        (status = 304, description = "The caller has it already"),
        (status = "4XX", description = "Refused: `not_found`, `range_not_satisfiable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/f/{token}")]
pub(super) async fn follow_file_link(
    request: HttpRequest,
    app: Data<App>,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (file, content) = query(&app, async |tx| file_link::get(tx, &app, &token).await).await?;
    download::respond_to_link(&app.storage, &request, &file, content).await
}
