//! `GET /v1/comments/{id}`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{of, write};
use crate::api::tasks::{NOBODY, path, set};

both_engines!(
    a_comment_is_for_those_who_may_enter_its_task,
    who_leaves_a_task_leaves_its_conversation,
    a_comment_that_the_caller_has_already_is_not_sent_again,
);

/// S6: what is asked about a comment is as hidden as the comment.
async fn a_comment_is_for_those_who_may_enter_its_task(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let (boris, stranger) = (anna.employee("boris").await, anna.employee("stranger").await);
    let task = set(&anna, json!({"title": "Ours", "participants": [boris.me.id()]})).await;
    let comment = write(&anna, &task, json!({"text": "Hello"})).await;
    for about in ["", "/audience", "/deliveries"] {
        boris.get(of(&comment, about)).await.expect(200);
        for client in [&stranger, &other] {
            client.get(of(&comment, about)).await.expect(404).problem("not_found");
        }
        anna.get(format!("/v1/comments/{NOBODY}{about}")).await.expect(404).problem("not_found");
        app.anon().get(of(&comment, about)).await.expect(401).problem("unauthenticated");
    }
}

/// Even what was addressed to him, and what he wrote.
async fn who_leaves_a_task_leaves_its_conversation(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let hers = write(&anna, &task, json!({"text": "Hello", "notify": [boris.me.id()]})).await;
    let his = write(&boris, &task, json!({"text": "Hello, Anna"})).await;
    anna.delete(path(&task, &format!("/participants?person={}", boris.me.id()))).await.expect(204);
    for comment in [&hers, &his] {
        boris.get(of(comment, "")).await.expect(404).problem("not_found");
        boris.patch(of(comment, ""), json!({"text": "No"})).await.expect(404).problem("not_found");
        boris.delete(of(comment, "")).await.expect(404).problem("not_found");
    }
}

/// RFC 9110 §13.1.2
async fn a_comment_that_the_caller_has_already_is_not_sent_again(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let comment = write(&anna, &task, json!({"text": "Hello"})).await;
    let shown = anna.get(of(&comment, "")).await.expect(200);
    let tag = shown.header("etag").unwrap();
    let answer = anna.get(of(&comment, "")).header("if-none-match", tag).await.expect(304);
    assert_eq!(answer.header("etag"), Some(tag));
    anna.patch(of(&comment, ""), json!({"text": "Hello again"})).await.expect(200);
    anna.get(of(&comment, "")).header("if-none-match", tag).await.expect(200);
}
