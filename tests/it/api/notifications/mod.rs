//! `/v1/notifications`

mod deputies;
mod events;
mod list;
mod mark_read;
mod mentions;
mod projects;
mod settings;
mod tasks;
mod types;

use serde_json::Value;
use support::{Client, JsonExt as _};

/// What somebody finds in his feed, newest first.
async fn feed(client: &Client) -> Vec<Value> {
    client.get("/v1/notifications").await.expect(200).json().items().to_vec()
}

/// The types of what he finds there, newest first.
async fn types(client: &Client) -> Vec<String> {
    feed(client).await.iter().map(|it| it["type"].text().to_owned()).collect()
}

/// How much of it he has not read.
async fn unread(client: &Client) -> Value {
    client.get("/v1/notifications/summary").await.expect(200).json()["unread"].clone()
}
