//! What was noticed about a task or comment.

use liaison_persistence::comment::Warning;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that the author should know.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub struct WarningView {
    /// Stable; programs decide by it.
    #[schema(example = "nobody_addressed")]
    pub code: String,
    pub detail: String,
    /// Whom it is about.
    #[schema(required)]
    pub person_id: Option<Uuid>,
}

impl From<Warning> for WarningView {
    fn from(warning: Warning) -> Self {
        Self { code: warning.code, detail: warning.detail, person_id: warning.person_id }
    }
}
