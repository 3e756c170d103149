//! Who is told of what.

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{feed, types};
use crate::api::tasks::{path, set};

both_engines!(
    who_takes_part_or_watches_is_told_where_he_wants_that,
    who_joins_in_several_roles_gets_one_notice,
    who_set_a_task_is_told_what_becomes_of_it,
    who_does_not_work_here_any_more_is_told_nothing,
);

/// NTF-3, NTF-4, NTF-5
async fn who_takes_part_or_watches_is_told_where_he_wants_that(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let people =
        json!({"title": "Gate", "participants": [boris.me.id()], "auditors": [vera.me.id(), anna.me.id()]});
    set(&anna, people.clone()).await;
    assert_eq!((types(&boris).await, types(&vera).await), (vec![], vec![]), "off where nobody decided");
    let on =
        json!({"types": {"added_as_participant": {"in_app": true}, "added_as_auditor": {"in_app": true}}});
    for client in [&anna, &boris, &vera] {
        client.patch("/v1/notification-settings", on.clone()).await.expect(200);
    }
    let task = set(&anna, people).await;
    assert_eq!(types(&boris).await, ["added_as_participant"]);
    assert_eq!(types(&vera).await, ["added_as_auditor"]);
    assert_eq!(types(&anna).await, [""; 0], "NTF-5: she did it herself");
    anna.patch(path(&task, ""), json!({"auditors": [vera.me.id(), boris.me.id()]})).await.expect(200);
    assert_eq!(types(&boris).await, ["added_as_auditor", "added_as_participant"]);
    assert_eq!(types(&vera).await.len(), 1, "she was one before");
    let other = set(&anna, json!({"title": "Fence"})).await;
    let joins = json!({"person_id": boris.me.id(), "role": "participant"});
    anna.post(path(&other, "/participants"), joins.clone()).await.expect(200);
    anna.post(path(&other, "/participants"), joins).await.expect(200);
    assert_eq!(types(&boris).await.len(), 3);
}

/// One event is one notice to one person.
async fn who_joins_in_several_roles_gets_one_notice(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let on =
        json!({"types": {"added_as_participant": {"in_app": true}, "added_as_auditor": {"in_app": true}}});
    for client in [&boris, &vera] {
        client.patch("/v1/notification-settings", on.clone()).await.expect(200);
    }
    let (b, v) = (boris.me.id(), vera.me.id());
    let task =
        set(&anna, json!({"title": "Gate", "assignees": [b], "participants": [b, v], "auditors": [b, v]}))
            .await;
    assert_eq!(
        (types(&boris).await, types(&vera).await),
        (vec!["new_task".into()], vec!["added_as_auditor".into()])
    );
    let body =
        json!({"text": "Who joins by a comment", "notify": [anna.employee("olga").await.me.id(), b, b]});
    anna.post(path(&task, "/comments"), body).await.expect(201);
    assert_eq!(types(&boris).await, ["new_comment", "new_task"]);
}

/// NTF-3, STA-3
async fn who_set_a_task_is_told_what_becomes_of_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
    let status =
        async |status: &str| boris.patch(path(&task, ""), json!({"status": status})).await.expect(200);
    for (next, expected) in
        [("in_progress", "task_accepted"), ("done", "status_changed"), ("rejected", "task_rejected")]
    {
        status(next).await;
        status(next).await;
        let told = feed(&anna).await;
        assert_eq!(
            (&told[0]["type"], &told[0]["author"]["id"]),
            (&json!(expected), &boris.me["id"]),
            "{next}"
        );
    }
    assert_eq!(types(&anna).await.len(), 3);
    anna.patch(path(&task, ""), json!({"status": "new"})).await.expect(200);
    assert_eq!(types(&anna).await.len(), 3, "NTF-5");
    let off = json!({"types": {"task_accepted": {"in_app": false}}});
    anna.patch("/v1/notification-settings", off).await.expect(200);
    status("in_progress").await;
    assert_eq!(types(&anna).await[0], "status_changed", "the next that she wants");
}

/// NTF-9
async fn who_does_not_work_here_any_more_is_told_nothing(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
    boris.set_mail(true).await;
    let employee = format!("/v1/employees/{}", boris.me.id());
    anna.patch(&employee, json!({"status": "inactive"})).await.expect(200);
    let body = json!({"text": "@boris, see", "notify": [boris.me.id()]});
    let comment = anna.post(path(&task, "/comments"), body).await.expect(201).json();
    assert_eq!(comment["warnings"][0]["code"], "inactive_employee");
    app.work().await;
    assert!(app.mail().take().is_empty());
    anna.patch(&employee, json!({"status": "active"})).await.expect(200);
    let boris = app.sign_in("acme", "boris@acme.example").await;
    assert_eq!(types(&boris).await, ["new_task"]);
}
