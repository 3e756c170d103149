//! Accounts that are linked: what crosses, what does not, and how it ends. Two accounts of one server know of each other
//! only what crosses, so each test looks at both.

mod audit;
mod changes;
mod checklist;
mod contact;
mod follow;
mod forwarded;
mod merge;
mod model;
mod policy;
mod primary;
mod relay;
mod rules;
mod typed;

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp};

/// Two accounts with their owners, and a contact of the first who is the owner of the second.
struct Pair {
    app: TestApp,
    /// Anna of Acme.
    acme: Client,
    /// Anna of Globex.
    globex: Client,
    /// Globex's Anna as Acme knows her.
    contact: Value,
}

impl Pair {
    async fn new(app: TestApp) -> Self {
        let (acme, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
        let contact = link(&acme, "Anna of Globex", "anna@globex").await;
        app.work().await;
        Self { app, acme, globex, contact }
    }
}

/// Links a contact by an internal address, given without the server's domain.
async fn link(by: &Client, name: &str, address: &str) -> Value {
    by.post("/v1/contacts", card(name, address)).await.expect(201).json()
}

fn card(name: &str, address: &str) -> Value {
    json!({"name": name, "email": format!("{address}.liaison.test"), "selectable_as_participant": true})
}

/// A task of the caller's with an assignee.
async fn assign(by: &Client, title: &str, assignee: &Value) -> Value {
    by.post("/v1/tasks", json!({"title": title, "assignees": [assignee["id"]]})).await.expect(201).json()
}

async fn comment(by: &Client, task: &Value, text: &str, to: &[&Value]) -> Value {
    let notify: Vec<&str> = to.iter().map(|it| it.id()).collect();
    let path = format!("/v1/tasks/{}/comments", task.id());
    by.post(path, json!({"text": text, "notify": notify})).await.expect(201).json()
}

/// All tasks that somebody sees, newest first.
async fn tasks(of: &Client) -> Vec<Value> {
    of.get("/v1/tasks").await.expect(200).json().items().to_vec()
}

/// The one task that somebody sees.
async fn only_task(of: &Client) -> Value {
    let mut tasks = tasks(of).await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    tasks.remove(0)
}

async fn comments(of: &Client, task: &Value) -> Vec<Value> {
    of.get(format!("/v1/tasks/{}/comments", task.id())).await.expect(200).json().items().to_vec()
}

async fn texts(of: &Client, task: &Value) -> Vec<String> {
    comments(of, task).await.iter().map(|it| it["text"].text().to_owned()).collect()
}
