//! `GET /v1/tasks/{id}`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{NOBODY, path, set};

both_engines!(
    a_task_is_shown_to_its_people_and_to_administrators_alone,
    a_task_of_another_account_is_not_there,
    a_task_that_the_caller_has_already_is_not_sent_again,
);

/// ROL, S6: who may not see it hears what he would hear if it were not there.
async fn a_task_is_shown_to_its_people_and_to_administrators_alone(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (admin, boris) = (anna.admin("admin").await, anna.employee("boris").await);
    let (vera, galina) = (anna.employee("vera").await, anna.employee("galina").await);
    let (dmitry, stranger) = (anna.employee("dmitry").await, anna.employee("stranger").await);
    let body = json!({
        "title": "Ours",
        "assigner": boris.me.id(),
        "assignees": [vera.me.id()],
        "participants": [galina.me.id()],
        "auditors": [dmitry.me.id()],
    });
    let task = set(&anna, body).await;
    for client in [&anna, &admin, &boris, &vera, &galina, &dmitry] {
        assert_eq!(client.get(path(&task, "")).await.expect(200).json(), task);
    }
    let refused = stranger.get(path(&task, "")).await.expect(404).problem("not_found");
    let unknown = stranger.get(format!("/v1/tasks/{NOBODY}")).await.expect(404).problem("not_found");
    assert_eq!(refused["detail"], unknown["detail"]);
    app.anon().get(path(&task, "")).await.expect(401).problem("unauthenticated");
}

/// S6: for its owner too.
async fn a_task_of_another_account_is_not_there(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let task = set(&anna, json!({"title": "Ours"})).await;
    other.get(path(&task, "")).await.expect(404).problem("not_found");
    other.get(format!("/v1/tasks/{}", task["number"])).await.expect(404).problem("not_found");
}

/// RFC 9110 §13.1.2: a 304 carries the tag that the 200 would have.
async fn a_task_that_the_caller_has_already_is_not_sent_again(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let shown = anna.get(path(&task, "")).await.expect(200);
    let tag = shown.header("etag").unwrap();
    let weak = format!("W/{tag}");
    let several = format!("\"7\", {tag}");
    for known in [tag, &weak, &several, "*"] {
        let answer = anna.get(path(&task, "")).header("if-none-match", known).await.expect(304);
        assert_eq!(answer.header("etag"), Some(tag), "{known}");
    }
    anna.patch(path(&task, ""), json!({"title": "Ours still"})).await.expect(200);
    let shown = anna.get(path(&task, "")).header("if-none-match", tag).await.expect(200);
    assert_eq!(shown.json()["title"], "Ours still");
}
