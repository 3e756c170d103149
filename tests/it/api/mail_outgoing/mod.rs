//! `/v1/mail/outgoing`

mod list;
mod retry;
mod show;

use serde_json::{Value, json};
use support::{Client, JsonExt as _};

/// A task of the caller's with these people.
async fn task(by: &Client, participants: &[&Value]) -> Value {
    let participants: Vec<&str> = participants.iter().map(|it| it.id()).collect();
    by.post("/v1/tasks", json!({"title": "Offer", "participants": participants})).await.expect(201).json()
}

/// A comment in it.
async fn comment(by: &Client, task: &Value, fields: Value) -> Value {
    by.post(format!("/v1/tasks/{}/comments", task.id()), fields).await.expect(201).json()
}

/// The entries that a query lists.
async fn listed(by: &Client, query: &str) -> Vec<Value> {
    by.get(format!("/v1/mail/outgoing?{query}")).await.expect(200).json().items().to_vec()
}
