//! What a project gives its tasks: people, and whom they are about.

use liaison_persistence::testing::inspect::list_change_events;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::begin;
use crate::{
    api::tasks::{NOBODY, ids, path, set},
    mail::hand_in,
};

both_engines!(
    new_tasks_of_a_project_take_its_people,
    a_project_is_found_by_name_state_and_counterparty,
    only_administrators_and_auditors_change_what_reaches_the_tasks_of_a_project,
    a_new_counterparty_passes_to_the_tasks_that_were_about_the_old_one,
);

fn place(project: &Value) -> String {
    format!("/v1/projects/{}", project.id())
}

/// ROL-4: auditors come beside those who are named, the others in place of nobody.
async fn new_tasks_of_a_project_take_its_people(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, clara, ivan) =
        (anna.employee("boris").await, anna.employee("clara").await, anna.contact("ivan").await);
    let project = json!({
        "name": "Gates", "description": "All of them", "default_assignees": [boris.me.id(), boris.me.id()],
        "default_participants": [ivan.id()], "auditors": [clara.me.id()], "client_managers": [boris.me.id()],
        "counterparty_id": ivan.id(), "is_hidden_from_clients": true,
    });
    let project = anna.post("/v1/projects", project).await.expect(201).json();
    assert_eq!(anna.get(place(&project)).await.expect(200).json(), project);
    assert_eq!((&project["status"], &project["description"]), (&json!("active"), &json!("All of them")));
    assert_eq!(ids(&project["default_assignees"]), [boris.me.id()]);
    assert_eq!(ids(&project["client_managers"]), [boris.me.id()]);
    assert_eq!(
        (&project["counterparty_id"], &project["is_hidden_from_clients"]),
        (&ivan["id"], &json!(true))
    );

    let task = set(&anna, json!({"title": "1", "project_id": project.id()})).await;
    assert_eq!(ids(&task["assignees"]), [boris.me.id()]);
    assert_eq!(ids(&task["participants"]), [ivan.id()]);
    assert_eq!(ids(&task["auditors"]), [clara.me.id()]);
    assert_eq!(task["counterparty"]["id"], ivan["id"]);
    let named = json!({"title": "2", "project_id": project.id(), "assignees": [], "participants": [clara.me.id()],
        "auditors": [anna.me.id()]});
    let task = set(&anna, named).await;
    assert_eq!((ids(&task["assignees"]), ids(&task["participants"])), (vec![], vec![clara.me.id()]));
    assert_eq!(ids(&task["auditors"]).len(), 2);
    // ROL-6: a client-manager sees his own tasks only.
    assert_eq!(boris.get("/v1/tasks").await.expect(200).json().items().len(), 1);
    assert_eq!(clara.get("/v1/tasks").await.expect(200).json().items().len(), 2);

    // By mail too, and who left since gets nothing.
    let mail = b"From: olga@client.example\r\nTo: project+1@acme.liaison.test\r\nSubject: Repair\r\n\r\nThe gate.\r\n";
    hand_in(&app, mail, &["project+1@acme.liaison.test"]).await.expect(202);
    app.work().await;
    let listed = anna.get("/v1/tasks?limit=1").await.expect(200).json();
    let task = &listed.items()[0];
    assert_eq!((&task["title"], ids(&task["assignees"])), (&json!("Repair"), vec![boris.me.id()]));
    assert_eq!((ids(&task["participants"]), ids(&task["auditors"])), (vec![ivan.id()], vec![clara.me.id()]));

    let manager = json!({"name": "X", "client_managers": [ivan.id()]});
    let answer = anna.post("/v1/projects", manager).await.expect(404);
    answer.problem_at("not_found", &[("/client_managers/0", "unknown_id")]);
    let answer = anna.patch(place(&project), json!({"auditors": [NOBODY]})).await.expect(404);
    answer.problem_at("not_found", &[("/auditors/0", "unknown_id")]);
    let answer = anna.patch(place(&project), json!({"counterparty_id": boris.me.id()})).await.expect(404);
    answer.problem_at("not_found", &[("/counterparty_id", "unknown_id")]);
    let answer = anna.patch(place(&project), json!({"status": "gone"})).await.expect(422);
    answer.problem_at("validation_failed", &[("/status", "invalid")]);
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(format!("/v1/projects?{query}")).await.expect(200).json();
    page.items().iter().map(|it| it["name"].text().to_owned()).collect()
}

async fn a_project_is_found_by_name_state_and_counterparty(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let gates = begin(&anna, "Ворота").await;
    begin(&anna, "Roofs").await;
    let change = json!({"status": "archived", "counterparty_id": ivan.id()});
    anna.patch(place(&gates), change).await.expect(200);
    let ivan = format!("counterparty={}", ivan.id());
    for (query, expected) in [
        ("", vec!["Roofs", "Ворота"]),
        ("is_archived=true", vec!["Ворота"]),
        ("is_archived=false", vec!["Roofs"]),
        ("q=%D0%92%D0%9E%D0%A0", vec!["Ворота"]),
        (&ivan, vec!["Ворота"]),
        (&format!("{ivan}&is_archived=false"), vec![]),
    ] {
        assert_eq!(names(&anna, query).await, expected, "{query}");
    }
    for name in ["is_archived", "counterparty"] {
        let answer = anna.get(format!("/v1/projects?{name}=x")).await.expect(422);
        answer.problem_at("validation_failed", &[(&format!("?{name}"), "invalid")]);
    }
}

async fn only_administrators_and_auditors_change_what_reaches_the_tasks_of_a_project(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, clara) = (anna.employee("boris").await, anna.employee("clara").await);
    let project = boris.post("/v1/projects", json!({"name": "Gates", "auditors": [boris.me.id()]})).await;
    let project = project.expect(201).json();
    clara.patch(place(&project), json!({"name": "Doors", "description": "Wide"})).await.expect(200);
    for change in [
        json!({"auditors": [clara.me.id()]}),
        json!({"default_assignees": []}),
        json!({"counterparty_id": null}),
        json!({"status": "archived"}),
        json!({"is_hidden_from_clients": true}),
    ] {
        clara.patch(place(&project), change.clone()).await.expect(403).problem("forbidden");
        for client in [&boris, &anna] {
            client.patch(place(&project), change.clone()).await.expect(200);
            let back = json!({"auditors": [boris.me.id()]});
            anna.patch(place(&project), back).await.expect(200);
        }
    }
}

/// CT-4: in a project and below a task, as far down as tasks are about the same one.
async fn a_new_counterparty_passes_to_the_tasks_that_were_about_the_old_one(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (old, new, other) =
        (anna.contact("old").await, anna.contact("new").await, anna.contact("other").await);
    let body = json!({"name": "Gates", "counterparty_id": old.id()});
    let project = anna.post("/v1/projects", body).await.expect(201).json();
    let top = set(&anna, json!({"title": "top", "project_id": project.id()})).await;
    let below = set(&anna, json!({"title": "below", "parent_id": top.id()})).await;
    let apart = json!({"title": "apart", "parent_id": below.id(), "counterparty": other.id()});
    let apart = set(&anna, apart).await;
    let deep = json!({"title": "deep", "parent_id": below.id()});
    let deep = set(&anna, deep).await;
    let away = set(&anna, json!({"title": "away", "counterparty": old.id()})).await;
    let about = async |task: &Value| {
        let shown = anna.get(path(task, "")).await.expect(200).json();
        shown["counterparty"]["id"].clone()
    };
    assert_eq!(about(&deep).await, old["id"]);
    let told = list_change_events(&app.parts().database).await.unwrap().len();
    anna.patch(place(&project), json!({"counterparty_id": new.id()})).await.expect(200);
    for task in [&top, &below, &deep] {
        assert_eq!(about(task).await, new["id"]);
    }
    assert_eq!((about(&apart).await, about(&away).await), (other["id"].clone(), old["id"].clone()));
    let events = list_change_events(&app.parts().database).await.unwrap();
    assert_eq!(events[told..], ["task.updated", "task.updated", "task.updated", "project.updated"]);

    anna.patch(path(&top, ""), json!({"counterparty": other.id()})).await.expect(200);
    for task in [&top, &below, &deep, &apart] {
        assert_eq!(about(task).await, other["id"]);
    }
    anna.patch(path(&below, ""), json!({"counterparty": null})).await.expect(200);
    assert_eq!((about(&top).await, about(&deep).await), (other["id"].clone(), json!(null)));
    // What was about nobody stays so.
    anna.patch(path(&below, ""), json!({"counterparty": new.id()})).await.expect(200);
    assert_eq!(about(&deep).await, json!(null));
}
