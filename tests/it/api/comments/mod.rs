//! `/v1/tasks/{id}/comments` and `/v1/comments/{id}`

mod audience;
mod cancel;
mod copy;
mod create;
mod default_audience;
mod delete;
mod deliveries;
mod list;
mod move_comment;
mod preview;
mod schedule;
mod send;
mod show;
mod update;

use serde_json::Value;
use support::{Client, JsonExt as _};

use super::tasks::path;

/// Writes a comment.
async fn write(client: &Client, task: &Value, body: Value) -> Value {
    client.post(path(task, "/comments"), body).await.expect(201).json()
}

/// The path of a comment, or of something about it: `of(&comment, "/audience")`.
fn of(comment: &Value, rest: &str) -> String {
    format!("/v1/comments/{}{rest}", comment.id())
}

/// What somebody reads of a task's conversation.
async fn texts(client: &Client, task: &Value) -> Vec<String> {
    let page = client.get(path(task, "/comments")).await.expect(200).json();
    page.items().iter().map(|it| it["text"].text().to_owned()).collect()
}
