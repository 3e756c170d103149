//! `POST /v1/comments/{id}:copy` and `:create-task`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::write;
use crate::{
    api::tasks::{path, set},
    mail::hand_in,
};

both_engines!(
    a_copy_is_the_callers_own_comment_and_is_told_to_whom_he_names,
    a_task_of_a_comment_stands_below_its_task_with_its_words_and_files,
    what_is_copied_is_seen_by_the_caller_and_has_left,
);

fn at(comment: &Value, verb: &str) -> String {
    format!("/v1/comments/{}:{verb}", comment.id())
}

/// Ivan writes to a task, with an image in his text.
async fn mailed(anna: &Client, task: &Value) -> Value {
    let mail = "From: ivan@client.example\r\nSubject: Gate\r\nMessage-ID: <a@client.example>\r\n\
                Content-Type: multipart/related; boundary=p\r\n\r\n--p\r\nContent-Type: text/html\r\n\r\n\
                <p>The lock</p><p>is broken: <img src=\"cid:lock\"></p>\r\n--p\r\nContent-Type: image/png; name=lock.png\r\n\
                Content-ID: <lock>\r\n\r\npng\r\n--p--\r\n";
    let address = task["addresses"]["task"].text();
    hand_in(&anna.app, mail.as_bytes(), &[address]).await.expect(202);
    anna.app.work().await;
    let listed = anna.get(path(task, "/comments")).await.expect(200).json();
    listed.items()[0].clone()
}

/// COM-9, CLI-3: who had the comment learns nothing of the copy.
async fn a_copy_is_the_callers_own_comment_and_is_told_to_whom_he_names(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let (gate, roof) =
        (set(&anna, json!({"title": "Gate"})).await, set(&anna, json!({"title": "Roof"})).await);
    let source = mailed(&anna, &gate).await;
    let body = json!({"task_id": roof["id"]});
    let copied = anna.post(at(&source, "copy"), body).await.expect(201).json();
    assert_eq!(copied["task_id"], roof["id"]);
    assert_eq!((copied["author"]["name"].text(), copied["origin"].text()), ("Anna", "api"));
    assert_eq!((&copied["html"], &copied["text"]), (&source["html"], &source["text"]));
    assert_eq!(copied["files"], source["files"], "the image in its text no less");
    assert_eq!(copied["audience"], json!([]));
    app.work().await;
    assert_eq!(app.mail().take(), []);
    let body = json!({"task_id": roof["id"], "notify": [olga.id()]});
    anna.post(at(&source, "copy"), body).await.expect(201);
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(
        sent.iter().map(|it| it.envelope.recipients[0].to_string()).collect::<Vec<_>>(),
        ["olga@client.example"]
    );
    let there = anna.get(path(&gate, "/comments")).await.expect(200).json();
    assert_eq!(there.items().len(), 1, "the comment stays where it is");
    assert_eq!(source["author"]["id"], ivan["id"]);
}

/// COM-9: assigned to the employees whom it was addressed to, and to no client for having been written to.
async fn a_task_of_a_comment_stands_below_its_task_with_its_words_and_files(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let project = anna.post("/v1/projects", json!({"name": "House"})).await.expect(201).json();
    let gate = set(&anna, json!({"title": "Gate", "project_id": project["id"]})).await;
    let source = mailed(&anna, &gate).await;
    let made = anna.post(at(&source, "create-task"), json!({})).await.expect(201).json();
    assert_eq!((&made["parent_id"], &made["project_id"]), (&gate["id"], &project["id"]));
    assert_eq!((made["title"].text(), &made["description"]), ("The lock", &source["html"]));
    assert_eq!((&made["files"], made["assigner"]["name"].text()), (&source["files"], "Anna"));
    let both = json!({"text": "Please look", "notify": [boris.me.id(), ivan.id()]});
    let asked = write(&anna, &gate, both).await;
    let made = anna.post(at(&asked, "create-task"), json!({"title": "Look"})).await.expect(201).json();
    let assignees: Vec<&str> =
        made["assignees"].as_array().unwrap().iter().map(|it| it["name"].text()).collect();
    assert_eq!((made["title"].text(), assignees), ("Look", vec!["boris"]));
    let named = json!({"assignees": [ivan.id()]});
    let made = anna.post(at(&asked, "create-task"), named).await.expect(201).json();
    assert_eq!(made["assignees"][0]["id"], ivan["id"]);
    app.work().await;
    app.mail().take();
}

/// S6, COM-5, COM-8
async fn what_is_copied_is_seen_by_the_caller_and_has_left(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let gate = set(&anna, json!({"title": "Gate", "participants": [boris.me.id()]})).await;
    let (other, elsewhere) =
        (set(&anna, json!({"title": "Other"})).await, set(&boris, json!({"title": "His"})).await);
    let hidden = write(&anna, &gate, json!({"text": "x", "hidden": true})).await;
    let into = json!({"task_id": elsewhere["id"]});
    boris.post(at(&hidden, "copy"), into.clone()).await.expect(404);
    boris.post(at(&hidden, "create-task"), json!({})).await.expect(404);
    let held = write(&anna, &gate, json!({"text": "x", "send_at": "2030-01-02T00:00:00Z"})).await;
    anna.post(at(&held, "copy"), into).await.expect(409).problem("not_sent");
    anna.post(at(&held, "create-task"), json!({})).await.expect(409).problem("not_sent");
    let open = write(&anna, &gate, json!({"text": "x"})).await;
    let answer = boris.post(at(&open, "copy"), json!({"task_id": other["id"]})).await.expect(404);
    answer.problem_at("not_found", &[("/task_id", "unknown_id")]);
    anna.post(at(&held, "cancel"), json!({})).await.expect(200);
}
