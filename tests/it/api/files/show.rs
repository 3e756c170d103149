//! `GET /v1/files/{id}`: who may read a file.

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use crate::api::tasks::ids;

both_engines!(
    a_file_that_hangs_nowhere_is_for_its_uploader_and_administrators,
    a_file_of_a_task_is_for_who_has_a_role_in_it,
    a_file_of_a_hidden_comment_is_for_the_chosen,
    nobody_attaches_a_file_that_he_may_not_read,
    a_file_never_changes,
);

/// Whether the client gets the file and its content, or neither.
#[track_caller]
fn reads<'a>(client: &'a Client, file: &Value) -> impl Future<Output = bool> + use<'a> {
    let path = format!("/v1/files/{}", file.id());
    async move {
        let (shown, content) = (client.get(&path).await, client.get(format!("{path}/content")).await);
        for answer in [&shown, &content] {
            if answer.status != 200 {
                answer.problem("not_found");
            }
        }
        assert_eq!(shown.status, content.status);
        shown.status == 200
    }
}

/// S6
async fn a_file_that_hangs_nowhere_is_for_its_uploader_and_administrators(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, clara, dora) =
        (anna.employee("boris").await, anna.employee("clara").await, anna.admin("dora").await);
    let stranger = app.sign_up("other").await;
    for content in [&b"small"[..], &vec![7; 70_000]] {
        let file = boris.upload("a.txt", content).await;
        assert!(reads(&boris, &file).await && reads(&anna, &file).await && reads(&dora, &file).await);
        assert!(!reads(&clara, &file).await && !reads(&stranger, &file).await);
        stranger.upload("mine.txt", content).await;
        assert!(!reads(&stranger, &file).await, "the same content is no key to a file");
    }
    let unknown = json!({"id": "01900000-0000-7000-8000-000000000000"});
    assert!(!reads(&anna, &unknown).await);
    app.anon().get(format!("/v1/files/{}", unknown.id())).await.expect(401).problem("unauthenticated");
}

async fn a_file_of_a_task_is_for_who_has_a_role_in_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, clara) = (anna.employee("boris").await, anna.employee("clara").await);
    let (of_task, of_comment) = (anna.upload("a.txt", b"a").await, anna.upload("b.txt", b"b").await);
    let body = json!({"title": "Repair", "participants": [boris.me.id()], "file_ids": [of_task.id()]});
    let task = anna.post("/v1/tasks", body).await.expect(201).json();
    assert_eq!(ids(&task["files"]), [of_task.id()]);
    let body = json!({"text": "See there", "file_ids": [of_comment.id()]});
    anna.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201);
    for file in [&of_task, &of_comment] {
        assert!(reads(&boris, file).await);
        assert!(!reads(&clara, file).await);
    }
}

/// COM-5, S7
async fn a_file_of_a_hidden_comment_is_for_the_chosen(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, clara) = (anna.employee("boris").await, anna.employee("clara").await);
    let body = json!({"title": "Repair", "participants": [boris.me.id(), clara.me.id()]});
    let task = anna.post("/v1/tasks", body).await.expect(201).json();
    let file = anna.upload("a.txt", b"a").await;
    let body = json!({"text": "Secret", "hidden": true, "notify": [boris.me.id()], "file_ids": [file.id()]});
    anna.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201);
    assert!(reads(&boris, &file).await);
    assert!(!reads(&clara, &file).await);
    let body = json!({"text": "Open", "file_ids": [file.id()]});
    boris.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201);
    assert!(reads(&clara, &file).await, "who may read a file may show it to others");
}

/// S6: ids inside bodies too.
async fn nobody_attaches_a_file_that_he_may_not_read(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let stranger = app.sign_up("other").await;
    let (mine, foreign) = (anna.upload("a.txt", b"a").await, stranger.upload("b.txt", b"b").await);
    let attach = |ids: Value| anna.post("/v1/tasks", json!({"title": "Repair", "file_ids": ids}));
    let refused = attach(json!([mine.id(), foreign.id()])).await.expect(404);
    refused.problem_at("not_found", &[("/file_ids/1", "unknown_id")]);
    let task = attach(json!([mine.id(), mine.id()])).await.expect(201).json();
    assert_eq!(ids(&task["files"]), [mine.id()], "the same file hangs there once");
}

async fn a_file_never_changes(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let path = format!("/v1/files/{}", anna.upload("a.txt", b"a").await.id());
    let tag = anna.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    anna.get(&path).header("If-None-Match", tag).await.expect(304);
}
