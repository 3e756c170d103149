//! `/v1/tasks/{id}/notification-settings` (NTF-6)

use serde_json::json;
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::types;
use crate::api::tasks::{mailed, path, set};

both_engines!(
    a_task_is_followed_or_left_alone,
    who_follows_a_task_is_told_what_he_may_see_alone,
    only_who_may_enter_a_task_decides,
);

async fn follow(client: &Client, task: &serde_json::Value, mode: &str) {
    let path = path(task, "/notification-settings");
    let shown = client.put(&path, json!({"mode": mode})).await.expect(200).json();
    assert_eq!((&shown["mode"], &client.get(&path).await.expect(200).json()), (&json!(mode), &shown));
}

/// NTF-6, NTF-5
async fn a_task_is_followed_or_left_alone(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id()]})).await;
    let shown = boris.get(path(&task, "/notification-settings")).await.expect(200).json();
    assert_eq!(shown["mode"], "own");
    let write = async |notify: &[&str]| {
        let body = json!({"text": "See", "notify": notify});
        anna.post(path(&task, "/comments"), body).await.expect(201).json()
    };
    write(&[]).await;
    assert_eq!(types(&boris).await, [""; 0]);
    follow(&boris, &task, "all").await;
    write(&[]).await;
    anna.patch(path(&task, ""), json!({"status": "in_progress"})).await.expect(200);
    write(&[boris.me.id()]).await;
    assert_eq!(types(&boris).await, ["new_comment", "status_changed", "new_comment"], "each once");
    boris.post(path(&task, "/comments"), json!({"text": "His own"})).await.expect(201);
    assert_eq!(types(&boris).await.len(), 3);
    follow(&boris, &task, "off").await;
    let told = write(&[boris.me.id()]).await;
    assert_eq!(told["warnings"][0]["code"], "muted");
    anna.post(path(&task, "/comments"), json!({"text": "@boris"})).await.expect(201);
    assert_eq!(types(&boris).await.len(), 3);
    follow(&boris, &task, "own").await;
    write(&[boris.me.id()]).await;
    assert_eq!(types(&boris).await.len(), 4);
}

/// COM-5, S7
async fn who_follows_a_task_is_told_what_he_may_see_alone(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, olga) = (anna.employee("boris").await, anna.admin("olga").await);
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id()]})).await;
    follow(&boris, &task, "all").await;
    follow(&olga, &task, "all").await;
    boris.set_mail(true).await;
    anna.post(path(&task, "/comments"), json!({"text": "Between us", "hidden": true})).await.expect(201);
    assert_eq!((types(&boris).await.len(), types(&olga).await.len()), (0, 1));
    anna.patch(path(&task, ""), json!({"participants": []})).await.expect(200);
    anna.post(path(&task, "/comments"), json!({"text": "He is out"})).await.expect(201);
    anna.patch(path(&task, ""), json!({"participants": [boris.me.id()]})).await.expect(200);
    assert_eq!(types(&boris).await, ["added_as_participant"], "what he sees again is told");
    assert_eq!(types(&olga).await.len(), 2);
    assert_eq!(mailed(&app).await, ["boris@acme.example"], "she wants no mail");
}

async fn only_who_may_enter_a_task_decides(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate"})).await;
    let path = path(&task, "/notification-settings");
    boris.get(&path).await.expect(404);
    boris.put(&path, json!({"mode": "all"})).await.expect(404);
    anna.put(&path, json!({"mode": "loud"})).await.expect(422).problem_names("/mode", "invalid");
}
