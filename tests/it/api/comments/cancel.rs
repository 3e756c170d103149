//! `POST /v1/comments/{id}:cancel`

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{of, texts, write};
use crate::api::tasks::{mailed, set};

both_engines!(
    what_was_taken_back_never_was,
    its_author_and_administrators_take_a_comment_back,
    what_has_left_is_not_taken_back,
);

/// COM-8, product §3: the answer is the text, to go on writing.
async fn what_was_taken_back_never_was(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    anna.patch("/v1/account", json!({"send_delay_seconds": 10})).await.expect(200);
    let task = set(&anna, json!({"title": "Gate"})).await;
    let made = write(&anna, &task, json!({"text": "Oops", "notify": [ivan.id(), boris.me.id()]})).await;
    let taken = anna.post(of(&made, ":cancel"), json!({})).await.expect(200).json();
    assert_eq!((&taken["text"], &taken["audience"]), (&made["text"], &made["audience"]));
    anna.get(of(&made, "")).await.expect(404);
    app.clock().advance(TimeDelta::seconds(10));
    assert_eq!(mailed(&app).await, Vec::<String>::new());
    assert_eq!(texts(&anna, &task).await, [] as [&str; 0]);
    boris.get(super::path(&task, "")).await.expect(404);
    assert_eq!(anna.get("/v1/mail/outgoing").await.expect(200).json().items().len(), 0);
}

/// COM-6
async fn its_author_and_administrators_take_a_comment_back(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id(), vera.me.id()]})).await;
    let body = json!({"text": "Later", "send_at": app.clock().now() + TimeDelta::minutes(5)});
    for (client, status) in [(&boris, 200), (&anna, 200), (&vera, 404)] {
        let made = write(&boris, &task, body.clone()).await;
        client.post(of(&made, ":cancel"), json!({})).await.expect(status);
        if status == 404 {
            boris.delete(of(&made, "")).await.expect(204);
        }
    }
    app.clock().advance(TimeDelta::minutes(5));
    assert_eq!(texts(&boris, &task).await, [] as [&str; 0]);
}

async fn what_has_left_is_not_taken_back(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    anna.patch("/v1/account", json!({"send_delay_seconds": 10})).await.expect(200);
    let task = set(&anna, json!({"title": "Gate"})).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [ivan.id()]})).await;
    app.clock().advance(TimeDelta::seconds(10));
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    anna.post(of(&made, ":cancel"), json!({})).await.expect(409).problem("already_sent");
    assert_eq!(texts(&anna, &task).await, ["Hello"]);
}
