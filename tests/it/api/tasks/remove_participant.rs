//! `DELETE /v1/tasks/{id}/participants`

use chrono::TimeDelta;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{NOBODY, ids, path, set};

both_engines!(
    a_person_leaves_one_role,
    who_does_not_hold_the_role_is_not_found,
    the_assigner_does_not_leave,
    who_may_not_see_a_task_removes_nobody,
);

async fn a_person_leaves_one_role(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let him = [boris.me.id()];
    let task =
        set(&anna, json!({"title": "Ours", "assignees": him, "participants": him, "auditors": him})).await;
    let remove =
        |role: &str| anna.delete(path(&task, &format!("/participants?person={}{role}", boris.me.id())));
    app.clock().advance(TimeDelta::seconds(1));
    remove("").await.expect(204);
    let shown = anna.get(path(&task, "")).await.expect(200).json();
    assert_eq!((ids(&shown["participants"]).len(), ids(&shown["assignees"]).len()), (0, 1));
    assert_eq!(shown["updated_at"], "2030-01-01T00:00:01Z");
    remove("&role=assignee").await.expect(204);
    boris.get(path(&task, "")).await.expect(200);
    remove("&role=auditor").await.expect(204);
    boris.get(path(&task, "")).await.expect(404);
}

/// S6
async fn who_does_not_hold_the_role_is_not_found(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let ivan = anna.contact("ivan").await;
    let task = set(&anna, json!({"title": "Ours", "auditors": [ivan.id()]})).await;
    for id in [ivan.id(), other.me.id(), NOBODY] {
        let answer = anna.delete(path(&task, &format!("/participants?person={id}"))).await.expect(404);
        answer.problem_at("not_found", &[("?person", "unknown_id")]);
    }
    for (query, pointer, code) in [
        ("", "?person", "required"),
        ("?person=ivan", "?person", "invalid"),
        (&format!("?person={}&role=boss", ivan.id()), "?role", "invalid"),
    ] {
        let answer = anna.delete(path(&task, &format!("/participants{query}"))).await.expect(422);
        answer.problem_at("validation_failed", &[(pointer, code)]);
    }
}

/// ROL-1
async fn the_assigner_does_not_leave(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let query = format!("/participants?person={}&role=assigner", anna.me.id());
    let answer = anna.delete(path(&task, &query)).await.expect(422);
    answer.problem_at("assigner_required", &[("?role", "invalid")]);
}

/// S6
async fn who_may_not_see_a_task_removes_nobody(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Hers", "participants": [ivan.id()]})).await;
    for client in [&boris, &other] {
        let query = format!("/participants?person={}", ivan.id());
        client.delete(path(&task, &query)).await.expect(404).problem("not_found");
    }
}
