//! `GET /v1/files/{id}`

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use liaison_domain::id::FileId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{caller::UserCaller, file},
    view::file::FileView,
};

/// A file never changes.
const VERSION: i64 = 1;

/// One file, without its content
///
/// For its uploader, for who may see a task or a comment that it is attached to, and for administrators.
#[utoipa::path(
    operation_id = "show_file", tag = "files", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The file")),
    responses(
        (status = 200, description = "The file", body = FileView),
        (status = 304, description = "The caller has it already"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/files/{id}")]
pub(super) async fn show_file(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let file = query(&app, async |tx| file::get(tx, &caller, FileId::new(*id)).await).await?;
    Ok(Answer::ok(&FileView::from(&file))?.with_version(VERSION).respond(&request))
}
