//! `/v1/portal/files`: what a contact sends along, and what he may read.

use actix_web::http::Method;
use serde_json::{Value, json};
use support::{Client, Form, JsonExt as _, TestApp, both_engines};

use super::{enter, path, say, set, write};

both_engines!(
    a_contact_sends_files_with_what_he_writes,
    a_contact_reads_the_files_of_what_he_sees,
    only_what_he_uploaded_and_has_not_sent_can_be_sent,
);

async fn upload(client: &Client, name: &str, content: &[u8]) -> Value {
    let (content_type, body) = Form::new("limit").file(name, content).finish();
    let call = client.call(Method::POST, "/v1/portal/files").body(&content_type, body);
    call.await.expect(201).json().items()[0].clone()
}

fn content(file: &Value) -> String {
    format!("/v1/portal/files/{}/content", file.id())
}

/// DASH-4, S11
async fn a_contact_sends_files_with_what_he_writes(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let gate = set(&anna, json!({"title": "Gate"})).await;
    say(&anna, &gate, "A plan?", &[&ivan]).await;
    let client = enter(&anna, &ivan).await;
    let file = upload(&client, "plan.html", b"<p>A plan</p>").await;
    client.get(content(&file)).await.expect(404);
    let body = json!({"file_ids": [file.id()]});
    let written = client.post(path(&gate, "/comments"), body).await.expect(201).json();
    assert_eq!(written["files"][0]["name"], "plan.html");
    let answer = client.get(content(&file)).await.expect(200);
    assert_eq!(answer.body, b"<p>A plan</p>".as_slice());
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let shown = anna.get(format!("/v1/files/{}/content", file.id())).await.expect(200);
    assert_eq!(shown.body, b"<p>A plan</p>".as_slice());
}

/// DASH-4, DASH-6
async fn a_contact_reads_the_files_of_what_he_sees(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let of_task = anna.upload("drawing.txt", b"drawing").await;
    let body = json!({"title": "Gate", "assignees": [olga.id()], "file_ids": [of_task.id()]});
    let gate = set(&anna, body).await;
    let to_ivan = anna.upload("offer.txt", b"offer").await;
    let comment = json!({"text": "See", "notify": [ivan.id()], "file_ids": [to_ivan.id()]});
    let comment = write(&anna, &gate, comment).await;
    let (ivan, olga) = (enter(&anna, &ivan).await, enter(&anna, &olga).await);
    assert_eq!(olga.get(path(&gate, "")).await.expect(200).json()["files"][0]["id"], of_task["id"]);
    assert_eq!(ivan.get(path(&gate, "")).await.expect(200).json()["files"], json!([]));
    olga.get(content(&of_task)).await.expect(200);
    olga.get(content(&to_ivan)).await.expect(404).problem("not_found");
    ivan.get(content(&to_ivan)).await.expect(200);
    ivan.get(content(&of_task)).await.expect(404).problem("not_found");
    anna.delete(format!("/v1/comments/{}", comment.id())).await.expect(204);
    ivan.get(content(&to_ivan)).await.expect(404);
}

/// S6: an id is no way to a file.
async fn only_what_he_uploaded_and_has_not_sent_can_be_sent(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let gate = set(&anna, json!({"title": "Gate"})).await;
    say(&anna, &gate, "A plan?", &[&ivan, &olga]).await;
    let (client, other) = (enter(&anna, &ivan).await, enter(&anna, &olga).await);
    let sent = upload(&client, "sent.txt", b"sent").await;
    client.post(path(&gate, "/comments"), json!({"file_ids": [sent.id()]})).await.expect(201);
    let others = upload(&other, "others.txt", b"others").await;
    let staffs = anna.upload("staffs.txt", b"staffs").await;
    for file in [&sent, &others, &staffs] {
        let refused = client.post(path(&gate, "/comments"), json!({"file_ids": [file.id()]})).await;
        refused.expect(404).problem_at("not_found", &[("/file_ids/0", "unknown_id")]);
    }
    app.work().await;
    app.mail().take();
}
