//! `POST /v1/tasks/{id}/participants`

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use support::{JsonExt, TestApp, both_engines};

use super::{NOBODY, ids, path, set};

both_engines!(
    a_person_joins_in_a_role,
    who_is_there_already_stays,
    people_join_a_task_whose_people_have_gone,
    people_join_at_the_same_time,
    who_may_not_take_part_does_not_join,
    nobody_joins_as_assigner,
    who_may_not_see_a_task_adds_nobody,
);

/// ROL-3, ROL-9
async fn a_person_joins_in_a_role(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let before = anna.get(path(&task, "")).await.expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    let add = |role| {
        let body = json!({"person_id": boris.me.id(), "role": role});
        anna.post(path(&task, "/participants"), body)
    };
    for (role, list) in [("participant", "participants"), ("assignee", "assignees"), ("auditor", "auditors")]
    {
        let answer = add(role).await.expect(200);
        assert_eq!(ids(&answer.json()[list]), [boris.me.id()], "{role}");
        let shown = boris.get(path(&task, "")).await.expect(200);
        assert_eq!(shown.json(), answer.json());
        assert_eq!(shown.header("etag"), answer.header("etag"));
        assert_ne!(shown.header("etag"), before.header("etag"));
        assert_eq!(shown.json()["updated_at"], "2030-01-01T00:00:01Z");
    }
    let ivan = anna.contact("ivan").await;
    let answer = anna.post(path(&task, "/participants"), json!({"person_id": ivan.id()})).await.expect(200);
    assert_eq!(ids(&answer.json()["participants"]), [boris.me.id(), ivan.id()]);
}

async fn who_is_there_already_stays(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let task = set(&anna, json!({"title": "Ours", "participants": [ivan.id()]})).await;
    let before = anna.get(path(&task, "")).await.expect(200);
    anna.patch(format!("/v1/contacts/{}", ivan.id()), json!({"selectable_as_participant": false}))
        .await
        .expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    let answer = anna.post(path(&task, "/participants"), json!({"person_id": ivan.id()})).await.expect(200);
    assert_eq!(answer.json(), task);
    assert_eq!(answer.header("etag"), before.header("etag"));
}

/// A contact who was deleted keeps his place and is in nobody's way.
async fn people_join_a_task_whose_people_have_gone(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (gone, ivan) = (anna.contact("gone").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Ours", "participants": [gone.id()]})).await;
    anna.delete(format!("/v1/contacts/{}", gone.id())).await.expect(204);
    let answer = anna.post(path(&task, "/participants"), json!({"person_id": ivan.id()})).await.expect(200);
    assert_eq!(ids(&answer.json()["participants"]), [gone.id(), ivan.id()]);
}

async fn people_join_at_the_same_time(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let mut people = Vec::new();
    for name in ["ivan", "olga", "petr", "rita"] {
        people.push(anna.contact(name).await);
    }
    let add = |person: &serde_json::Value| {
        anna.post(path(&task, "/participants"), json!({"person_id": person.id()})).into_future()
    };
    for answer in join_all(people.iter().map(add)).await {
        answer.expect(200);
    }
    let shown = anna.get(path(&task, "")).await.expect(200).json();
    assert_eq!(ids(&shown["participants"]), people.iter().map(JsonExt::id).collect::<Vec<_>>());
}

/// S6, CONF-1
async fn who_may_not_take_part_does_not_join(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let stranger = other.contact("ivan").await;
    for id in [other.me.id(), stranger.id(), NOBODY] {
        let answer = anna.post(path(&task, "/participants"), json!({"person_id": id})).await.expect(404);
        answer.problem_at("not_found", &[("/person_id", "unknown_id")]);
    }
    let shy = anna.post("/v1/contacts", json!({"name": "Shy"})).await.expect(201).json();
    let answer = anna.post(path(&task, "/participants"), json!({"person_id": shy.id()})).await.expect(422);
    answer.problem_at("contact_not_selectable", &[("/person_id", "not_selectable")]);
}

/// ROL-1
async fn nobody_joins_as_assigner(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    for (person, role, code) in
        [(&boris, "assigner", "assigner_required"), (&boris, "owner", "validation_failed")]
    {
        let body = json!({"person_id": person.me.id(), "role": role});
        let answer = anna.post(path(&task, "/participants"), body).await.expect(422);
        answer.problem_at(code, &[("/role", "invalid")]);
    }
}

/// S6
async fn who_may_not_see_a_task_adds_nobody(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Hers"})).await;
    for client in [&boris, &other] {
        let body = json!({"person_id": client.me.id()});
        client.post(path(&task, "/participants"), body).await.expect(404).problem("not_found");
    }
}
