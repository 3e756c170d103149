//! Files as callers see them.

use data_encoding::HEXLOWER;
use liaison_domain::file::{AttachedFile, File};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An uploaded or mailed file; its content is at `/v1/files/{id}/content`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = File)]
pub struct FileView {
    pub id: Uuid,
    #[schema(example = "Contract.pdf")]
    pub name: String,
    /// By what the content is, else by the name.
    #[schema(example = "application/pdf")]
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// Of the content, in lower-case hex.
    #[schema(example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    pub sha256: String,
}

impl From<&File> for FileView {
    fn from(file: &File) -> Self {
        Self {
            id: file.id.uuid(),
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            size: file.size,
            sha256: HEXLOWER.encode(&file.sha256),
        }
    }
}

/// A file of a task or comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AttachedFile)]
pub struct AttachedFileView {
    #[serde(flatten)]
    pub file: FileView,
    /// The Content-ID by which the HTML beside it shows it (`cid:…`, RFC 2392); null for plain attachments.
    #[schema(required)]
    pub content_id: Option<String>,
}

impl From<&AttachedFile> for AttachedFileView {
    fn from(attached: &AttachedFile) -> Self {
        Self { file: FileView::from(&attached.file), content_id: attached.content_id.clone() }
    }
}
