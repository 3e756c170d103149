//! `POST /v1/files`

use actix_multipart::{Field, Multipart};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, post, web::Data};
use futures_util::StreamExt as _;
use liaison_domain::refusal::{Code, FieldCode, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::IdempotencyKey,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{Failure, caller::StaffCaller, file},
    storage::{KeepError, Kept},
    view::file::FileView,
};

/// Most files of a request.
const MAX_FILES: usize = 20;
/// The one field of the form.
const FIELD: &str = "file";

/// Files to upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a form")]
struct CreateFiles {
    /// 1–20 files of at most 100 MB, each a field of this name.
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1, max_items = 20)]
    file: Vec<String>,
}

/// What was uploaded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreatedFiles)]
struct CreatedFilesView {
    /// In the order of the form.
    items: Vec<FileView>,
}

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
    caller: StaffCaller,
    form: Multipart,
) -> Result<HttpResponse, Problem> {
    require_form(&request)?;
    let uploads = receive(&app, form).await?;
    let key = IdempotencyKey::of(&request, &fingerprint(&uploads)?)?;
    mutate(&app, scope_of(&caller), key, async |tx| {
        let mut items = Vec::with_capacity(uploads.len());
        for Upload { name, declared, kept } in &uploads {
            let (account, uploader, declared) = (caller.account, caller.employee, declared.as_deref());
            let file = file::insert(tx, &app.env, account, uploader, name, declared, kept).await?;
            items.push(FileView::from(&file));
        }
        Answer::created(&CreatedFilesView { items }, None)
    })
    .await
}

/// A file whose content is kept and that has no id yet.
struct Upload {
    name: String,
    declared: Option<String>,
    kept: Kept,
}

fn require_form(request: &HttpRequest) -> Result<(), Refusal> {
    if request.content_type().trim().eq_ignore_ascii_case("multipart/form-data") {
        return Ok(());
    }
    Err(Refusal::new(Code::UnsupportedMediaType, "The body must be multipart/form-data."))
}

/// Streams the files of a form into the storage, before any transaction begins.
async fn receive(app: &App, mut form: Multipart) -> Result<Vec<Upload>, Failure> {
    let mut uploads = Vec::new();
    while let Some(field) = form.next().await {
        let field = field.map_err(malformed)?;
        let name = field.name().unwrap_or_default();
        if name != FIELD {
            return Err(refused(&format!("/{name}"), FieldCode::UnknownField, "is not a field of this form"));
        }
        if uploads.len() == MAX_FILES {
            return Err(refused("/file", FieldCode::TooMany, "must be at most 20 files"));
        }
        let (name, declared) =
            (file_name(&field), field.content_type().map(|it| it.essence_str().to_owned()));
        let cap = app.config.storage.max_file_bytes;
        let kept = app.storage.keep(&app.env, field, cap).await.map_err(failure)?;
        uploads.push(Upload { name, declared, kept });
    }
    if uploads.is_empty() {
        return Err(refused("/file", FieldCode::Required, "is required"));
    }
    Ok(uploads)
}

/// The name as its sender wrote it.
fn file_name(field: &Field) -> String {
    let Some(disposition) = field.content_disposition() else { return String::new() };
    let extended = disposition.get_filename_ext().and_then(|it| String::from_utf8(it.value.clone()).ok());
    extended.or_else(|| disposition.get_filename().map(ToOwned::to_owned)).unwrap_or_default()
}

/// What tells this form from another: boundaries differ from one attempt to the next, files don't.
fn fingerprint(uploads: &[Upload]) -> Result<Vec<u8>, Failure> {
    let files: Vec<_> = uploads.iter().map(|it| (&it.name, &it.declared, it.kept.sha256)).collect();
    serde_json::to_vec(&files).map_err(|error| Failure::internal("a form can't be written as JSON", error))
}

fn failure(error: KeepError<actix_multipart::MultipartError>) -> Failure {
    match error {
        KeepError::TooLarge { cap } => {
            Refusal::new(Code::PayloadTooLarge, format!("A file has at most {cap} bytes.")).into()
        }
        KeepError::Content(error) => malformed(error).into(),
        KeepError::Storage(error) => Failure::internal("a file can't be kept", error),
    }
}

fn malformed(_source: actix_multipart::MultipartError) -> Refusal {
    Refusal::new(Code::MalformedMultipart, "The form is not well-formed, or ended too early.")
}

fn refused(pointer: &str, code: FieldCode, detail: &'static str) -> Failure {
    let mut fields = Fields::default();
    fields.note(pointer, code, detail);
    fields.refusal().into()
}
