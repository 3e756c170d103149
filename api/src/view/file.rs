//! Files as callers see them.

use liaison_domain::file::{AttachedFile, File};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An uploaded or mailed file.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = File)]
pub struct FileView {
    pub id: Uuid,
    pub name: String,
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

impl From<&File> for FileView {
    fn from(file: &File) -> Self {
        Self {
            id: file.id.uuid(),
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            size: file.size,
            sha256: data_encoding::HEXLOWER.encode(&file.sha256),
        }
    }
}

/// A file of a comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AttachedFile)]
pub struct AttachedFileView {
    #[serde(flatten)]
    pub file: FileView,
    /// The Content-ID by which the comment's HTML shows it (`cid:…`, RFC 2392); null for plain attachments.
    #[schema(required)]
    pub content_id: Option<String>,
}

impl From<&AttachedFile> for AttachedFileView {
    fn from(attached: &AttachedFile) -> Self {
        Self { file: FileView::from(&attached.file), content_id: attached.content_id.clone() }
    }
}
