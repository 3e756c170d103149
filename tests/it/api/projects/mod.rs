//! `/v1/projects`

mod create;
mod list;
mod people;
mod update;

use serde_json::{Value, json};
use support::Client;

/// Begins a project.
async fn begin(client: &Client, name: &str) -> Value {
    client.post("/v1/projects", json!({"name": name})).await.expect(201).json()
}
