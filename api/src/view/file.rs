//! Files as others refer to them.

use data_encoding::HEXLOWER;
use liaison_domain::file::File;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A file; its content is at `/v1/files/{id}/content`.
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
