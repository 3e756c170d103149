//! Lists in pages: `?limit=` and `?cursor=` in, `items` and `next_cursor` out.

use liaison_domain::refusal::{Code, FieldCode, Refusal};
use liaison_persistence::page::{Cursor, Page, PageRequest};
use serde::Serialize;
use utoipa::ToSchema;

/// Elements of a page where none is asked for.
const DEFAULT_LIMIT: i64 = 50;
/// Most elements of a page.
const MAX_LIMIT: i64 = 200;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageView<T: ToSchema> {
    pub items: Vec<T>,
    /// Send it as `cursor` to read on; null at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<T: ToSchema> PageView<T> {
    pub fn of<U>(page: Page<U>, view: impl FnMut(U) -> T) -> Self {
        let next_cursor = page.next.map(|it| it.encode());
        Self { items: page.items.into_iter().map(view).collect(), next_cursor }
    }
}

/// Reads the two parameters.
pub fn request(limit: Option<&str>, cursor: Option<&str>) -> Result<PageRequest, Refusal> {
    let limit = match limit {
        None => DEFAULT_LIMIT,
        Some(text) => text.parse().ok().filter(|it| (1..=MAX_LIMIT).contains(it)).ok_or_else(|| {
            Refusal::new(Code::ValidationFailed, "limit is a number from 1 to 200.").at(
                "?limit",
                FieldCode::OutOfRange,
                "must be from 1 to 200",
            )
        })?,
    };
    let after = cursor.map(Cursor::decode).transpose().map_err(|error| {
        Refusal::new(Code::InvalidCursor, "The cursor is not one that was given.").at(
            "?cursor",
            FieldCode::Invalid,
            error.to_string(),
        )
    })?;
    Ok(PageRequest { limit, after })
}
