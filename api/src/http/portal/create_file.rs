//! `POST /v1/portal/files`

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, post, web::Data};

use crate::{
    app::App,
    http::{
        files::form::{CreateFiles, CreatedFilesView, Uploads},
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of_contact},
    },
    service::caller::PortalCaller,
};

/// Upload files as a contact
///
/// To be named in `file_ids` of a comment; nobody but administrators sees them until then.
#[utoipa::path(
    operation_id = "create_portal_file", tag = "portal", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body(content = CreateFiles, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Uploaded", body = CreatedFilesView),
        (status = "4XX", description = "Refused: `unauthenticated`, `unsupported_media_type`, `malformed_multipart`, `validation_failed`, `payload_too_large`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/portal/files")]
pub(super) async fn create_portal_file(
    request: HttpRequest,
    app: Data<App>,
    caller: PortalCaller,
    form: Multipart,
) -> Result<HttpResponse, Problem> {
    let uploads = Uploads::receive(&app, &request, form).await?;
    let key = uploads.key(&request)?;
    mutate(&app, scope_of_contact(&caller), key, async |tx| {
        uploads.insert(tx, &app, caller.account, caller.contact).await
    })
    .await
}
