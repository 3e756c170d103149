//! `/v1/tasks`

mod add_participant;
mod answer;
mod checklist;
mod create;
mod list;
mod list_order;
mod remove_participant;
mod show;
mod standing;
mod update;

use serde_json::Value;
use support::{Client, JsonExt, TestApp};

/// Sets a task.
pub(crate) async fn set(client: &Client, body: Value) -> Value {
    client.post("/v1/tasks", body).await.expect(201).json()
}

/// The path of a task, or of something in it: `path(&task, "/comments")`.
pub(crate) fn path(task: &Value, rest: &str) -> String {
    format!("/v1/tasks/{}{rest}", task.id())
}

/// The ids of people that an answer shows.
pub(crate) fn ids(people: &Value) -> Vec<&str> {
    people.as_array().unwrap().iter().map(JsonExt::id).collect()
}

/// Sends what waits to be sent, and tells who got a mail.
pub(crate) async fn mailed(app: &TestApp) -> Vec<String> {
    app.work().await;
    let mails = app.mail().take();
    mails.iter().flat_map(|it| &it.envelope.recipients).map(ToString::to_string).collect()
}

/// An id that nothing has.
pub(crate) const NOBODY: &str = "00000000-0000-7000-8000-000000000000";
