//! `POST /v1/mail-templates/{id}:render`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{of, template};
use crate::api::tasks::path;

both_engines!(
    a_template_is_tried_on_what_the_caller_sees,
    without_a_task_a_template_is_tried_on_an_example,
    what_belongs_to_others_is_not_there,
);

/// S25: what people wrote stays text.
async fn a_template_is_tried_on_what_the_caller_sees(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let html = "<p>{{ recipient.name }}: {{ comment.text }} ({{ task.deadline | default('-') }})</p>";
    let made = template(&anna, html).await;
    let task = anna.post("/v1/tasks", json!({"title": "A <b> & Bcc: x@y.example"})).await.expect(201).json();
    let comment = anna.post(path(&task, "/comments"), json!({"text": "1 < 2"})).await.expect(201).json();
    let about = json!({"task_id": task.id(), "comment_id": comment.id(), "contact_id": ivan.id()});
    let said = anna.post(of(&made) + ":render", about).await.expect(200).json();
    assert_eq!(said["subject"], "A <b> & Bcc: x@y.example");
    assert_eq!(said["html"], "<p>ivan: 1 &lt; 2 (-)</p>");
    assert_eq!(said["text"].text().trim(), "ivan: 1 < 2 (-)");
    app.work().await;
    assert_eq!(app.mail().take().len(), 0, "nothing is sent");
}

async fn without_a_task_a_template_is_tried_on_an_example(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = template(&anna, "{{ task.title }}").await;
    let said = anna.post(of(&made) + ":render", json!({})).await.expect(200).json();
    assert_eq!(said["html"], said["subject"]);
}

/// S6
async fn what_belongs_to_others_is_not_there(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.admin("boris").await;
    let made = template(&anna, "x").await;
    let task = anna.post("/v1/tasks", json!({"title": "One"})).await.expect(201).json();
    let other = anna.post("/v1/tasks", json!({"title": "Two"})).await.expect(201).json();
    let comment = anna.post(path(&other, "/comments"), json!({"text": "x"})).await.expect(201).json();
    let about = json!({"task_id": task.id(), "comment_id": comment.id()});
    let answer = boris.post(of(&made) + ":render", about).await.expect(404);
    answer.problem_at("not_found", &[("/comment_id", "unknown_id")]);
}
