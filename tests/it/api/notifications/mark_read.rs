//! `POST /v1/notifications:mark-read`

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{feed, unread};
use crate::api::tasks::{NOBODY, path, set};

both_engines!(an_employee_marks_what_he_has_read, what_is_not_his_is_not_known, either_some_or_all_are_named,);

async fn mark(client: &Client, body: Value) -> Value {
    client.post("/v1/notifications:mark-read", body).await.expect(200).json()["unread"].clone()
}

/// NTF-12: one by one or all at once, and the colleague who wrote sees that he was read.
async fn an_employee_marks_what_he_has_read(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
    let body = json!({"text": "See", "notify": [boris.me.id()]});
    let comment = anna.post(path(&task, "/comments"), body).await.expect(201).json();
    app.clock().advance(TimeDelta::seconds(1));
    boris.get(path(&task, "")).await.expect(200);
    assert_eq!(unread(&boris).await, 2, "entering a task marks nothing");
    let id = feed(&boris).await.iter().find(|it| it["comment_id"] == comment["id"]).unwrap().id().to_owned();
    let read_at = json!(app.clock().now());
    assert_eq!(mark(&boris, json!({"ids": [id]})).await, 1);
    app.clock().advance(TimeDelta::seconds(1));
    assert_eq!(mark(&boris, json!({"ids": [id, id]})).await, 1, "twice is once");
    assert_eq!(mark(&boris, json!({"all": true})).await, 0);
    let told = feed(&boris).await;
    assert!(told.iter().all(|it| it["read"] == true), "{told:?}");
    assert_eq!(told.iter().find(|it| it.id() == id).unwrap()["read_at"], read_at);
    let seen = anna.get(format!("/v1/comments/{}/deliveries", comment.id())).await.expect(200).json();
    assert_eq!((&seen.items()[0]["state"], &seen.items()[0]["at"]), (&json!("read"), &read_at));
}

/// S6: what a colleague was told, or nobody; nothing of the request is done then.
async fn what_is_not_his_is_not_known(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    set(&anna, json!({"title": "Gate", "assignees": [boris.me.id(), vera.me.id()]})).await;
    let (own, hers) = (feed(&boris).await[0].id().to_owned(), feed(&vera).await[0].id().to_owned());
    for id in [hers.as_str(), NOBODY] {
        let answer = boris.post("/v1/notifications:mark-read", json!({"ids": [own, id]})).await;
        answer.expect(404).problem_at("not_found", &[("/ids/1", "unknown_id")]);
    }
    assert_eq!((unread(&boris).await, unread(&vera).await), (json!(1), json!(1)));
}

async fn either_some_or_all_are_named(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for body in [json!({}), json!({"ids": []}), json!({"ids": [NOBODY], "all": true})] {
        let answer = anna.post("/v1/notifications:mark-read", body).await;
        answer.expect(422).problem_names("/all", "invalid");
    }
    let answer = anna.post("/v1/notifications:mark-read", json!({"ids": vec![NOBODY; 201]})).await;
    answer.expect(422).problem_names("/ids", "too_many");
}
