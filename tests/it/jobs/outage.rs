//! The server that mail leaves by is down, and comes back.

use std::{collections::BTreeMap, net::TcpListener};

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, SmtpServer, TestApp, both_engines};

use super::task;

both_engines!(mail_waits_for_its_server_and_each_leaves_once);

const MAILS: usize = 150;

/// R6, R38
async fn mail_waits_for_its_server_and_each_leaves_once(app: TestApp) {
    let (anna, port) = queued(&app).await;
    anna.app.work().await;
    assert_eq!(by_state(&anna).await, BTreeMap::from([("deferred".to_owned(), MAILS)]));
    let failures = newest_mailbox(&anna).await["health"]["smtp"]["consecutive_failures"].as_i64().unwrap();
    assert!(failures <= 8, "{failures} attempts at a server that is down");
    assert_eq!(attempts(&anna).await, [1; MAILS], "what was said to one counts for all");
    app.clock().advance(TimeDelta::minutes(1));
    anna.app.work().await;
    assert_eq!(attempts(&anna).await, [2; MAILS], "product §4: the waits thin out for each of them");
    let server = SmtpServer::start_at(port);
    app.clock().advance(TimeDelta::minutes(4));
    anna.app.work().await;
    assert_eq!(server.take(), [], "it waits for its time");
    app.clock().advance(TimeDelta::minutes(1));
    anna.app.work().await;
    let mut taken: Vec<String> = server.take().into_iter().flat_map(|it| it.to).collect();
    taken.sort();
    let mut expected: Vec<String> = (0..MAILS).map(|n| format!("ivan{n}@client.example")).collect();
    expected.sort();
    assert_eq!(taken, expected);
    assert_eq!(by_state(&anna).await, BTreeMap::from([("accepted".to_owned(), MAILS)]));
}

/// Mails in a queue whose server is not there, and its port.
async fn queued(app: &TestApp) -> (Client, u16) {
    let app = app.restart(|config| config.network.allow_private = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let anna = app.sign_up("acme").await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let smtp = json!({"host": "127.0.0.1", "port": port, "security": "none", "username": "acme", "password": SmtpServer::PASSWORD});
    let mailbox = json!({"owner": "company", "address": "support@acme.example", "sender_name": "ACME",
        "smtp": smtp, "is_default": true});
    anna.post("/v1/mailboxes", mailbox).await.expect(201);
    let mut people = Vec::new();
    for n in 0..MAILS {
        people.push(anna.contact(&format!("ivan{n}")).await.id().to_owned());
    }
    let path = format!("/v1/tasks/{}/comments", task(&anna).await.id());
    anna.post(path, json!({"text": "Hello", "notify": people})).await.expect(201);
    (anna, port)
}

async fn newest_mailbox(anna: &Client) -> Value {
    anna.get("/v1/mailboxes").await.expect(200).json().items()[0].clone()
}

/// How often each mail was, or counts as, tried.
async fn attempts(anna: &Client) -> Vec<i64> {
    let listed = anna.get("/v1/mail/outgoing?limit=200").await.expect(200).json();
    listed.items().iter().filter_map(|it| it["recipients"][0]["attempts"].as_i64()).collect()
}

/// How many mails stand where.
async fn by_state(anna: &Client) -> BTreeMap<String, usize> {
    let listed = anna.get("/v1/mail/outgoing?limit=200").await.expect(200).json();
    let mut states = BTreeMap::new();
    for mail in listed.items() {
        let mail: &Value = mail;
        *states.entry(mail["state"].text().to_owned()).or_default() += 1;
    }
    states
}
