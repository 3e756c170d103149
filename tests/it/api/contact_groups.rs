//! `/v1/contact-groups`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

both_engines!(
    a_group_gathers_contacts,
    a_group_is_renamed_and_deleted,
    groups_of_another_account_are_not_there,
);

/// CON-4
async fn a_group_gathers_contacts(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"name": " Our  partners "});
    let group = anna.post("/v1/contact-groups", body).await.expect(201).json();
    assert_eq!(group["name"], "Our partners");
    let ivan = anna.contact("ivan").await;
    anna.contact("petr").await;
    let path = format!("/v1/contacts/{}", ivan.id());
    let changed = anna.patch(&path, json!({"group_id": group["id"]})).await.expect(200).json();
    assert_eq!(changed["group_id"], group["id"]);
    let listed = anna.get(format!("/v1/contacts?group={}", group.id())).await.expect(200).json();
    assert_eq!(listed.items().len(), 1);
    assert_eq!(listed.items()[0]["id"], ivan["id"]);
    // A group is no person.
    let answer = anna.post("/v1/tasks", json!({"title": "Gate", "assignees": [group["id"]]})).await;
    answer.expect(404).problem_at("not_found", &[("/assignees/0", "unknown_id")]);
}

async fn a_group_is_renamed_and_deleted(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let group = anna.post("/v1/contact-groups", json!({"name": "Partners"})).await.expect(201).json();
    let path = format!("/v1/contact-groups/{}", group.id());
    let body = json!({"name": "Ivan", "group_id": group["id"]});
    let ivan = anna.post("/v1/contacts", body).await.expect(201).json();
    let call = anna.patch(&path, json!({"name": "Friends"})).header("If-Match", "\"7\"");
    call.await.expect(412).problem("stale_version");
    assert_eq!(anna.patch(&path, json!({"name": "Friends"})).await.expect(200).json()["name"], "Friends");
    assert_eq!(anna.get("/v1/contact-groups").await.expect(200).json().items()[0]["name"], "Friends");
    anna.delete(&path).header("If-Match", "\"2\"").await.expect(204);
    anna.get(&path).await.expect(404).problem("not_found");
    let shown = anna.get(format!("/v1/contacts/{}", ivan.id())).await.expect(200).json();
    assert_eq!(shown["group_id"], json!(null));
}

/// S6
async fn groups_of_another_account_are_not_there(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let group = other.post("/v1/contact-groups", json!({"name": "Partners"})).await.expect(201).json();
    anna.get(format!("/v1/contact-groups/{}", group.id())).await.expect(404).problem("not_found");
    let answer = anna.post("/v1/contacts", json!({"name": "Ivan", "group_id": group["id"]})).await;
    answer.expect(404).problem_at("not_found", &[("/group_id", "unknown_id")]);
    assert!(anna.get("/v1/contact-groups").await.expect(200).json().items().is_empty());
}
