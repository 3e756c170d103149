//! `GET /v1/files/{id}/content`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::FileId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        download,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::UserCaller, file},
};

/// The content of a file
///
/// Always to be saved, never to be shown: `Content-Disposition: attachment`, and what a browser could run comes as
/// `application/octet-stream`. One range is honored; the `ETag` is the content's SHA-256.
#[utoipa::path(
    operation_id = "show_file_content", tag = "files", security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The file"),
        ("Range" = Option<String>, Header, description = "One range of bytes, such as `bytes=0-1023`"),
        ("If-Range" = Option<String>, Header, description = "Honor `Range` only where the `ETag` is still this"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 where the `ETag` is among these"),
    ),
    responses(
        (status = 200, description = "The whole content", content_type = "*/*"),
        (status = 206, description = "The part that `Range` names", content_type = "*/*"),
        (status = 304, description = "The caller has it already"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `range_not_satisfiable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/files/{id}/content")]
pub(super) async fn show_file_content(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = FileId::new(*id);
    let (file, content) = query(&app, async |tx| file::get_with_content(tx, &caller, id).await).await?;
    download::respond(&app.storage, &request, &file, content).await
}
