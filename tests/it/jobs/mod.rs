//! What outlives a request: mail on its way, through crashes, refusals and other nodes.

mod all_recipients;
mod as_received;
mod contact_mail;
mod crash;
mod fairness;
mod import_contacts;
mod mail_template;
mod mailbox;
mod opening;
mod outage;
mod pace;
mod publish_comment;
mod refusal;
mod running;
mod send_mail;
mod signature;
mod signing;
mod staff_mail;
mod status_news;

use liaison_api::worker;
use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::{Misbehavior, Reply};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp};

/// A task of the caller's.
async fn task(by: &Client) -> Value {
    by.post("/v1/tasks", json!({"title": "Offer"})).await.expect(201).json()
}

/// A comment in it to these people.
async fn comment(by: &Client, task: &Value, text: &str, to: &[&Value]) -> Value {
    let notify: Vec<&str> = to.iter().map(|it| it.id()).collect();
    let path = format!("/v1/tasks/{}/comments", task.id());
    by.post(path, json!({"text": text, "notify": notify})).await.expect(201).json()
}

/// The newest mail of the ledger, in full.
async fn newest_mail(by: &Client) -> Value {
    let list = by.get("/v1/mail/outgoing?limit=1").await.expect(200).json();
    by.get(format!("/v1/mail/outgoing/{}", list.items()[0].id())).await.expect(200).json()
}

/// What happened to a mail, in order.
fn history(mail: &Value) -> Vec<&str> {
    mail["events"].as_array().unwrap().iter().map(|it| it["type"].text()).collect()
}

/// Kills the workers when Ivan's server has the mail and has not answered.
pub(crate) async fn die_after_it_left(app: &TestApp) {
    app.mail().misbehave_times(&address("ivan@client.example"), Misbehavior::HangAfterData, 1);
    tokio::select! {
        () = app.mail().arrived(1) => {}
        _ = worker::drain(app.parts()) => panic!("a server that hangs never answers"),
    }
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// A server's answer to every recipient.
fn refuse(code: u16, text: &str) -> Misbehavior {
    Misbehavior::Refuse(Reply::new(code, text))
}
