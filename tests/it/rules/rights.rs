//! ROL: what a role in a task allows, asked over HTTP.

use serde_json::{Value, json};
use support::{Answer, Client, JsonExt as _, TestApp, both_engines};

use crate::api::tasks::{path, set};

both_engines!(a_role_allows_what_the_rights_table_says);

/// What each role may do. Auditors have full control (ROL-4), so who may not edit a task makes nobody its auditor
/// (ROL-3, ROL-9).
#[rustfmt::skip]
const TABLE: [(&str, bool, bool, bool, bool); 6] = [
    //                view,  status, edit, people
    ("assigner",      true,  true,  true,  true),
    ("assignee",      true,  true,  false, true),
    ("participant",   true,  false, false, true),
    ("auditor",       true,  true,  true,  true),
    ("administrator", true,  true,  true,  true),
    ("stranger",      false, false, false, false),
];

/// What is done with a task, by which right: `joins` is not in it yet, `leaves` is in it as all but assigner.
async fn perform(operation: &str, client: &Client, task: &Value, joins: &str, leaves: &str) -> Answer {
    let patch = |change: Value| client.patch(path(task, ""), change);
    let add =
        |role: &str| client.post(path(task, "/participants"), json!({"person_id": joins, "role": role}));
    let remove =
        |role: &str| client.delete(path(task, &format!("/participants?person={leaves}&role={role}")));
    match operation.split_once(' ').unwrap() {
        ("view", "task") => client.get(path(task, "")).await,
        ("view", _) => client.get(path(task, "/comments")).await,
        ("write", _) => client.post(path(task, "/comments"), json!({"text": "Hello"})).await,
        ("change", "status") => patch(json!({"status": "in_progress"})).await,
        ("change", "deadline") => patch(json!({"deadline": null})).await,
        ("change", "assigner") => patch(json!({"assigner": joins})).await,
        ("change", field) => patch(json!({field: "low"})).await,
        ("list", role) => patch(json!({format!("{role}s"): [joins]})).await,
        ("add", role) => add(role).await,
        (_, role) => remove(role).await,
    }
}

/// ROL, ROL-3, ROL-4, ROL-9
async fn a_role_allows_what_the_rights_table_says(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, admin) = (anna.employee("boris").await, anna.admin("admin").await);
    let contact = async |name| {
        let body = json!({"name": name, "selectable_as_participant": true});
        anna.post("/v1/contacts", body).await.expect(201).json()
    };
    let (ivan, olga) = (contact("ivan").await, contact("olga").await);
    for (role, view, status, edit, people) in TABLE {
        let client = if role == "administrator" { &admin } else { &boris };
        for (right, operations) in [
            (view, &["view task", "view comments", "write comment"][..]),
            (status, &["change status"]),
            (edit, &["change title", "change description", "change priority", "change deadline"]),
            (edit, &["change assigner", "list auditor", "add auditor", "remove auditor"]),
            (people, &["list assignee", "add assignee", "remove assignee"]),
            (people, &["list participant", "add participant", "remove participant"]),
        ] {
            for operation in operations {
                let mut body = json!({"title": format!("{operation} as {role}")});
                for list in ["assignees", "participants", "auditors"] {
                    body[list] = json!([olga.id()]);
                }
                match role {
                    "assigner" => body[role] = boris.me["id"].clone(),
                    "administrator" | "stranger" => {}
                    role => body[format!("{role}s")] = json!([olga.id(), boris.me.id()]),
                }
                let task = set(&anna, body).await;
                let answer = perform(operation, client, &task, ivan.id(), olga.id()).await;
                match (right, view) {
                    (true, _) => assert!(answer.status < 300, "{operation} as {role}: {answer}"),
                    (false, true) => drop(answer.expect(403).problem("forbidden")),
                    (false, false) => drop(answer.expect(404).problem("not_found")),
                }
            }
        }
    }
}
