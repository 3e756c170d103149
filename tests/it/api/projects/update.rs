//! `PATCH /v1/projects/{id}`, and tasks in projects.

use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::begin;
use crate::api::tasks::{NOBODY, path, set};

both_engines!(
    a_project_is_renamed_at_its_version,
    a_task_goes_into_a_project_and_out_of_it,
    a_counterparty_is_a_contact,
);

async fn a_project_is_renamed_at_its_version(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let project = begin(&anna, "Gates").await;
    let path = format!("/v1/projects/{}", project.id());
    let shown = anna.get(&path).await.expect(200);
    let tag = shown.header("etag").unwrap().to_owned();
    let renamed = anna.patch(&path, json!({"name": "Doors"})).header("if-match", &tag).await.expect(200);
    assert_eq!((&renamed.json()["name"], &renamed.json()["number"]), (&json!("Doors"), &json!(1)));
    assert_ne!(renamed.header("etag"), Some(tag.as_str()));
    let late = anna.patch(&path, json!({"name": "Roofs"})).header("if-match", tag).await;
    late.expect(412).problem("stale_version");
    let same = anna.patch(&path, json!({})).await.expect(200);
    assert_eq!((same.json(), same.header("etag")), (renamed.json(), renamed.header("etag")));
}

async fn a_task_goes_into_a_project_and_out_of_it(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let (gates, doors) = (begin(&anna, "Gates").await, begin(&anna, "Doors").await);
    let task = set(&anna, json!({"title": "1", "project_id": gates.id()})).await;
    set(&anna, json!({"title": "2"})).await;
    assert_eq!(task["project_id"], gates["id"]);
    let titles = async |query: String| -> Vec<Value> {
        let listed = anna.get(format!("/v1/tasks?{query}")).await.expect(200).json();
        listed.items().iter().map(|it| it["title"].clone()).collect()
    };
    assert_eq!(titles(format!("project={}", gates.id())).await, [json!("1")]);
    assert!(titles(format!("project={}", doors.id())).await.is_empty());
    anna.patch(path(&task, ""), json!({"project_id": doors.id()})).await.expect(200);
    for query in ["", "&order=updated", "&person=me", "&person=me&order=updated"] {
        assert_eq!(titles(format!("project={}{query}", doors.id())).await, [json!("1")], "{query}");
    }
    let out = anna.patch(path(&task, ""), json!({"project_id": null})).await.expect(200).json();
    assert_eq!(out["project_id"], json!(null));

    let foreign = begin(&other, "Foreign").await;
    for id in [foreign.id(), NOBODY] {
        let answer = anna.post("/v1/tasks", json!({"title": "3", "project_id": id})).await.expect(404);
        answer.problem_at("not_found", &[("/project_id", "unknown_id")]);
        let answer = anna.patch(path(&task, ""), json!({"project_id": id})).await.expect(404);
        answer.problem_at("not_found", &[("/project_id", "unknown_id")]);
        let answer = anna.get(format!("/v1/tasks?project={id}")).await.expect(404);
        answer.problem_at("not_found", &[("?project", "unknown_id")]);
    }
}

/// CT-1
async fn a_counterparty_is_a_contact(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let task = set(&anna, json!({"title": "1", "counterparty": ivan.id()})).await;
    assert_eq!(task["counterparty"]["id"], ivan["id"]);
    let listed = anna.get("/v1/tasks").await.expect(200).json();
    assert_eq!(listed.items()[0]["counterparty"], task["counterparty"]);
    // CONF-2, CT-3: who is one already stays, and nobody else with the switch off becomes one.
    let off = json!({"selectable_as_counterparty": false});
    anna.patch(format!("/v1/contacts/{}", ivan.id()), off).await.expect(200);
    anna.patch(path(&task, ""), json!({"counterparty": ivan.id()})).await.expect(200);
    let answer = anna.post("/v1/tasks", json!({"title": "2", "counterparty": ivan.id()})).await.expect(422);
    answer.problem_at("contact_not_selectable", &[("/counterparty", "not_selectable")]);
    assert!(answer.json()["detail"].text().contains("selectable_as_counterparty"), "{answer}");
    let none = anna.patch(path(&task, ""), json!({"counterparty": null})).await.expect(200).json();
    assert_eq!(none["counterparty"], json!(null));
    for id in [anna.me.id(), NOBODY] {
        let answer = anna.patch(path(&task, ""), json!({"counterparty": id})).await.expect(404);
        answer.problem_at("not_found", &[("/counterparty", "unknown_id")]);
    }
}
