//! `POST /v1/comments/{id}:send`

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{of, texts, write};
use crate::api::tasks::{mailed, set};

both_engines!(
    a_held_comment_is_sent_at_once,
    nobody_but_its_author_sends_it,
    what_was_kept_leaves_once_its_author_may_write_again,
);

/// COM-8: and once.
async fn a_held_comment_is_sent_at_once(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Gate"})).await;
    let at = app.clock().now() + TimeDelta::minutes(5);
    let body = json!({"text": "Hello", "notify": [ivan.id(), boris.me.id()], "send_at": at});
    let made = write(&anna, &task, body).await;
    let sent = anna.post(of(&made, ":send"), json!({})).await.expect(200).json();
    assert_eq!(sent["send_at"], Value::Null);
    assert_eq!(texts(&boris, &task).await, ["Hello"]);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    anna.post(of(&made, ":send"), json!({})).await.expect(409).problem("already_sent");
    app.clock().advance(TimeDelta::minutes(5));
    assert_eq!(mailed(&app).await, Vec::<String>::new());
}

async fn nobody_but_its_author_sends_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id()]})).await;
    let at = app.clock().now() + TimeDelta::minutes(5);
    let made = write(&boris, &task, json!({"text": "Hello", "send_at": at})).await;
    anna.post(of(&made, ":send"), json!({})).await.expect(403).problem("forbidden");
    boris.post(of(&made, ":cancel"), json!({})).await.expect(200);
}

/// COM-8: and its warning is gone.
async fn what_was_kept_leaves_once_its_author_may_write_again(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id()]})).await;
    let at = app.clock().now() + TimeDelta::minutes(5);
    let made = write(&boris, &task, json!({"text": "Hello", "notify": [ivan.id()], "send_at": at})).await;
    let people = async |people: Value| {
        anna.patch(super::path(&task, ""), json!({"participants": people})).await.expect(200);
    };
    people(json!([])).await;
    app.clock().advance(TimeDelta::minutes(5));
    assert_eq!(mailed(&app).await, Vec::<String>::new());
    boris.post(of(&made, ":send"), json!({})).await.expect(404).problem("not_found");
    people(json!([boris.me.id()])).await;
    let sent = boris.post(of(&made, ":send"), json!({})).await.expect(200).json();
    assert_eq!((&sent["send_at"], &sent["warnings"]), (&Value::Null, &json!([])));
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}
