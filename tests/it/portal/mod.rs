//! The portal: contacts who read and answer without a login.

mod answering;
mod company;
mod files;
mod links;
mod merge;
mod reading;
mod sessions;

use liaison_api::keys::MailLink;
use serde_json::{Value, json};
use support::{Client, JsonExt as _};
use uuid::Uuid;

/// The token of the link in the newest mail to a contact.
pub(crate) async fn token(by: &Client, contact: &Value) -> String {
    let listed =
        by.get(format!("/v1/mail/outgoing?person={}&limit=1", contact.id())).await.expect(200).json();
    let id = |it: &Value| it.id().parse::<Uuid>().unwrap();
    let link = MailLink {
        account: id(&by.account).into(),
        mail: id(&listed.items()[0]).into(),
        person: id(contact).into(),
    };
    by.app.parts().keys.portal_token(link)
}

/// A contact who comes in by the newest mail to him.
pub(crate) async fn enter(by: &Client, contact: &Value) -> Client {
    let body = json!({"token": token(by, contact).await});
    let session = by.app.anon().post("/v1/portal/sessions", body).await.expect(201).json();
    by.app.anon().with_token(session["access_token"].text())
}

/// The path of something in a task.
pub(crate) fn path(task: &Value, rest: &str) -> String {
    format!("/v1/portal/tasks/{}{rest}", task.id())
}

/// What a contact reads in a task.
async fn texts(of: &Client, task: &Value) -> Vec<String> {
    let listed = of.get(path(task, "/comments")).await.expect(200).json();
    listed.items().iter().map(|it| it["text"].text().trim_end().to_owned()).collect()
}

/// The titles of the tasks that a contact sees, newest first.
async fn titles(of: &Client) -> Vec<String> {
    let listed = of.get("/v1/portal/tasks").await.expect(200).json();
    listed.items().iter().map(|it| it["title"].text().to_owned()).collect()
}

/// A comment to these people; what leaves is taken.
async fn say(by: &Client, task: &Value, text: &str, to: &[&Value]) -> Value {
    let notify: Vec<&str> = to.iter().map(|it| it.id()).collect();
    write(by, task, json!({"text": text, "notify": notify})).await
}

/// The same of any kind.
async fn write(by: &Client, task: &Value, body: Value) -> Value {
    let made = by.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201).json();
    by.app.work().await;
    by.app.mail().take();
    by.app.clock().advance(chrono::TimeDelta::seconds(1));
    made
}

/// A task; what leaves is taken.
async fn set(by: &Client, body: Value) -> Value {
    let made = by.post("/v1/tasks", body).await.expect(201).json();
    by.app.work().await;
    by.app.mail().take();
    by.app.clock().advance(chrono::TimeDelta::seconds(1));
    made
}
