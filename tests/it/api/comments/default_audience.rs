//! `GET /v1/tasks/{id}/default-audience`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::write;
use crate::api::tasks::{path, set};

both_engines!(
    an_answer_goes_to_those_in_the_talk,
    nobody_is_proposed_to_a_colleague_who_joins,
    what_is_answered_is_of_the_task_and_seen_by_the_caller,
);

async fn proposed(by: &Client, task: &Value, query: &str) -> Vec<String> {
    let answer = by.get(path(task, "/default-audience") + query).await.expect(200).json();
    answer["audience"].as_array().unwrap().iter().map(|it| it["name"].text().to_owned()).collect()
}

/// COM-2, R19: of the comment that is named, else of the latest.
async fn an_answer_goes_to_those_in_the_talk(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id()]})).await;
    assert_eq!(proposed(&anna, &task, "").await, [] as [&str; 0]);
    let first = write(&anna, &task, json!({"text": "x", "notify": [ivan.id(), boris.me.id()]})).await;
    app.clock().advance(chrono::TimeDelta::seconds(1));
    write(&anna, &task, json!({"text": "y", "notify": [boris.me.id()]})).await;
    assert_eq!(proposed(&boris, &task, "").await, ["Anna"]);
    let query = format!("?reply_to={}", first.id());
    assert_eq!(proposed(&boris, &task, &query).await, ["Anna", "ivan"]);
    assert_eq!(proposed(&anna, &task, &query).await, ["ivan", "boris"]);
    app.work().await;
    app.mail().take();
}

/// COM-3, R23
async fn nobody_is_proposed_to_a_colleague_who_joins(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id()]})).await;
    write(&anna, &task, json!({"text": "x", "notify": [ivan.id()]})).await;
    assert_eq!(proposed(&boris, &task, "").await, [] as [&str; 0]);
    app.work().await;
    app.mail().take();
}

/// S6
async fn what_is_answered_is_of_the_task_and_seen_by_the_caller(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (task, other) =
        (set(&anna, json!({"title": "One"})).await, set(&anna, json!({"title": "Two"})).await);
    let comment = write(&anna, &other, json!({"text": "x"})).await;
    let query = format!("/default-audience?reply_to={}", comment.id());
    let answer = anna.get(path(&task, &query)).await.expect(404);
    answer.problem_at("not_found", &[("?reply_to", "unknown_id")]);
    anna.get(path(&task, "/default-audience?reply_to=x"))
        .await
        .expect(422)
        .problem_names("?reply_to", "invalid");
}
