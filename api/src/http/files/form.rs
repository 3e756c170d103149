//! Files in a form: streamed into the storage before any transaction begins, then named.

use actix_multipart::{Field, Multipart};
use actix_web::{HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;
use liaison_domain::{
    id::{AccountId, PersonId},
    refusal::{Code, FieldCode, Refusal},
};
use liaison_persistence::database::WriteTx;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    http::{answer::Answer, command::IdempotencyKey, fields::Fields},
    service::{Failure, file},
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
pub(in crate::http) struct CreateFiles {
    /// 1–20 files of at most 100 MB, each a field of this name.
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1, max_items = 20)]
    file: Vec<String>,
}

/// What was uploaded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreatedFiles)]
pub(in crate::http) struct CreatedFilesView {
    /// In the order of the form.
    items: Vec<FileView>,
}

/// Files whose content is kept and that have no ids yet.
pub(in crate::http) struct Uploads(Vec<Upload>);

impl Uploads {
    /// Streams the files of a form into the storage.
    pub(in crate::http) async fn receive(
        app: &App,
        request: &HttpRequest,
        form: Multipart,
    ) -> Result<Self, Failure> {
        require_form(request)?;
        Ok(Self(receive(app, form).await?))
    }

    /// What the caller calls this request.
    pub(in crate::http) fn key(&self, request: &HttpRequest) -> Result<Option<IdempotencyKey>, Failure> {
        Ok(IdempotencyKey::of(request, &fingerprint(&self.0)?)?)
    }

    /// Names them as somebody's.
    pub(in crate::http) async fn insert(
        &self,
        tx: &mut WriteTx,
        app: &App,
        account: AccountId,
        uploader: PersonId,
    ) -> Result<Answer, Failure> {
        let mut items = Vec::with_capacity(self.0.len());
        for Upload { name, declared, kept } in &self.0 {
            let file = file::insert(tx, &app.env, account, uploader, name, declared.as_deref(), kept).await?;
            items.push(FileView::from(&file));
        }
        Answer::created(&CreatedFilesView { items }, None)
    }
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
