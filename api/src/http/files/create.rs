//! `POST /v1/files`

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, post, web::Data};

use super::form::{CreateFiles, CreatedFilesView, Uploads};
use crate::{
    app::App,
    http::{
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::caller::UserCaller,
};

/// Upload files
///
/// To be named in `file_ids` of a task or a comment; until then only the uploader and administrators see them.
#[utoipa::path(
    operation_id = "create_file", tag = "files", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body(content = CreateFiles, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Uploaded", body = CreatedFilesView),
        (status = "4XX", description = "Refused: `unauthenticated`, `unsupported_media_type`, `malformed_multipart`, `validation_failed`, `payload_too_large`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/files")]
pub(super) async fn create_file(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
    form: Multipart,
) -> Result<HttpResponse, Problem> {
    let uploads = Uploads::receive(&app, &request, form).await?;
    let key = uploads.key(&request)?;
    mutate(&app, scope_of(&caller), key, async |tx| {
        uploads.insert(tx, &app, caller.account, caller.person).await
    })
    .await
}
